import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

@Suite struct NoticePlannerTests {
    private typealias Event = NotifierSettings.Event

    @Test(arguments: [
        (RunOutcome.succeeded, RunReason?.none, [Event.succeeded]), (.partial, nil, [.partial]),
        (.failed, nil, [.failed]), (.failed, .timeout, [.failed]), (.interrupted, .crash, [.failed]),
        (.cancelled, .shutdown, [.failed]), (.cancelled, .byHand, []), (.cancelled, .replaced, []),
        (.missed, .down, [.missed]), (.missed, .caughtUpByNewer, [.missed]), (.skipped, .overlap, [.missed]),
        (.skipped, .standby, [.missed]), (.skipped, .paused, []), (.skipped, .replaced, []), (.skipped, .removed, []),
    ])
    private func `knows of what each outcome is news`(
        outcome: RunOutcome, reason: RunReason?, events: [Event]
    ) {
        #expect(
            NoticePlanner.events(of: .named("aaaaaaaaaaaa", outcome: outcome, reason: reason), earlier: nil) == events)
    }

    @Test(arguments: [
        (RunOutcome.failed, true), (.partial, true), (.interrupted, true), (.missed, true), (.succeeded, false),
    ])
    func `calls a success a recovery only after trouble`(earlier: RunOutcome, recovers: Bool) {
        let success = Run.named("aaaaaaaaaaaa", outcome: .succeeded)
        let events = NoticePlanner.events(of: success, earlier: .named("bbbbbbbbbbbb", outcome: earlier))
        #expect(events == (recovers ? [.recovered, .succeeded] : [.succeeded]))
    }

    @Test func `sees a recovery behind runs that were held back on purpose`() {
        let runs = [
            Run.named("aaaaaaaaaaaa", outcome: nil), .named("bbbbbbbbbbbb", outcome: .skipped, reason: .paused),
            .named("cccccccccccc", outcome: .cancelled, reason: .byHand), .named("dddddddddddd", outcome: .failed),
            .named("eeeeeeeeeeee", outcome: .succeeded),
        ]
        #expect(NoticePlanner.precedent(among: runs)?.id == runs[3].id)
    }

    @Test func `finds the run before another one in the history`() async throws {
        let ledger = MemoryLedger()
        let runs = [
            Run.example(due: 0, outcome: .failed), .example(due: 60, outcome: .skipped, reason: .paused),
            .example(due: 120, outcome: .succeeded), .example(due: 180, outcome: .failed),
            .example(job: "other", due: 90, outcome: .succeeded),
        ]
        _ = try await ledger.claim(runs)
        let diary = RunDiary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { ledger }
        #expect(await diary.precedent(of: runs[2])?.id == runs[0].id)
        #expect(await diary.precedent(of: runs[0]) == nil)
    }

    @Test func `tells damage from a verification that could not be made`() {
        var damaged = Run.named("aaaaaaaaaaaa", kind: "verify", outcome: .failed)
        damaged.report = #"{"checks":[{"name":"rows","verdict":"failed"}]}"#
        let unmade = Run.named("bbbbbbbbbbbb", kind: "verify", outcome: .failed)
        #expect(NoticePlanner.events(of: damaged, earlier: nil) == [.verificationFailed, .failed])
        #expect(NoticePlanner.events(of: unmade, earlier: nil) == [.failed])
        #expect(NoticePlanner.events(of: unmade, earlier: nil, category: .damaged) == [.verificationFailed, .failed])
        #expect(
            NoticePlanner.events(of: .named("cccccccccccc", outcome: .failed), earlier: nil, category: .damaged)
                == [.failed])
    }

    @Test func `picks for each notifier the first event that it wants`() {
        var notifier = NotifierSettings(name: "ops", kind: .slack(url: .environment(name: "URL")))
        #expect(NoticePlanner.event(among: [.recovered, .succeeded], for: notifier) == .recovered)
        notifier.events = [.succeeded]
        #expect(NoticePlanner.event(among: [.recovered, .succeeded], for: notifier) == .succeeded)
        #expect(NoticePlanner.event(among: [.failed], for: notifier) == nil)
    }

    @Test(arguments: [(Event.started, true), (.succeeded, true), (.failed, true), (.missed, false), (.stale, false)])
    private func `tells a check of every start and end, whatever it wants`(event: Event, isTold: Bool) {
        var notifier = NotifierSettings(name: "hc", kind: .healthchecks(url: .environment(name: "URL")))
        notifier.events = [.recovered]
        #expect(NoticePlanner.event(among: [event], for: notifier) == (isTold ? event : nil))
    }

    @Test func `gathers what never started, and keeps apart what was interrupted`() {
        let runs = [
            Run.named("aaaaaaaaaaaa", outcome: .missed, reason: .down), .named("bbbbbbbbbbbb", outcome: .interrupted),
            .named("cccccccccccc", outcome: .skipped, reason: .paused), .named("dddddddddddd", outcome: .skipped),
        ]
        let (together, single) = NoticePlanner.sorted(runs)
        #expect(together.map(\.id) == [runs[0].id, runs[3].id])
        #expect(single.map(\.id) == [runs[1].id])
    }
}
