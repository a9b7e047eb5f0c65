import JobModel
import Operations
import TestSupport
import Testing

@testable import Daemon

@Suite struct SchedulerTests {
    /// 2026-11-21T02:00:00Z, a multiple of 600 s.
    private let start = CivilTime.example(0)

    @Test func `starts what is due, and records the start before it is returned`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        #expect(await bench.pass().isEmpty)
        let runs = await bench.pass(after: 600)
        #expect(runs.map(\.scheduledAt) == [.example(600)])
        #expect(try await bench.ledger.unfinished().map(\.id) == runs.map(\.id))
        #expect(runs.first?.trigger == .schedule)
    }

    @Test func `skips a firing while the previous run lives`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        await bench.pass(after: 600)
        #expect(await bench.pass(after: 600).isEmpty)
        let skipped = try await bench.runs(of: "nightly").last
        #expect(skipped?.outcome == .skipped)
        #expect(skipped?.reason == .overlap)
        #expect(skipped?.message == "the previous run was still alive")
        #expect(bench.told.all.map(\.outcome) == [.skipped])
    }

    @Test func `queues one firing, and the newest takes the place`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.overlap = .queue }])
        await bench.pass(after: 600)
        for _ in 1...3 { #expect(await bench.pass(after: 600).isEmpty) }
        try await bench.endAll()
        #expect(await bench.pass().map(\.scheduledAt) == [.example(2_400)])
        let between = try await bench.runs(of: "nightly").dropFirst().dropLast()
        #expect(between.map(\.reason) == [.replaced, .replaced])
    }

    @Test func `stops the run that a newer firing replaces, and starts when it has ended`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.overlap = .replace }])
        let first = await bench.pass(after: 600)
        let stop = try #require(first.first.flatMap { bench.live[$0.id]?.stop })
        #expect(await bench.pass(after: 600).isEmpty)
        #expect(stop.reason == .replaced)
        try await bench.endAll(.cancelled)
        #expect(await bench.pass().map(\.scheduledAt) == [.example(1_200)])
    }

    @Test func `runs firings beside each other where that is allowed`() async {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.overlap = .allow }])
        await bench.pass(after: 600)
        #expect(await bench.pass(after: 600).count == 1)
        #expect(bench.live.count == 2)
    }

    @Test func `catches up the newest missed firing after a time without a daemon`() async throws {
        let bench = SchedulerBench()
        let jobs = [ScheduledJob.example()]
        await bench.begin(jobs)
        await bench.pass()
        bench.clock.advance(by: 3_000)
        await bench.restart(jobs)
        bench.clock.advance(by: 100)
        let runs = await bench.pass()
        #expect(runs.map(\.scheduledAt) == [.example(3_000)])
        #expect(runs.map(\.trigger) == [.catchUp])
        #expect(runs.map(\.missedFirings) == [4])
        let missed = try await bench.runs(of: "nightly").filter { $0.outcome == .missed }
        #expect(missed.map(\.scheduledAt) == [600, 1_200, 1_800, 2_400].map { .example($0) })
    }

    @Test func `spreads the runs that catch up, each job to its own moment`() async throws {
        let bench = SchedulerBench(catchUpSpread: .seconds(50))
        let jobs = (1...9).map { ScheduledJob.example("job-\($0)") }
        await bench.begin(jobs)
        await bench.pass()
        bench.clock.advance(by: 1_000)
        await bench.restart(jobs)
        var starts: [Int] = []
        for _ in 0..<50 {
            starts.append(await bench.pass().count)
            try await bench.endAll()
            bench.clock.advance(by: 1)
        }
        #expect(starts.reduce(0, +) == 9)
        #expect(starts.allSatisfy { $0 < 4 })
    }

    @Test func `catches up all missed firings one after the other where that is wanted`() async throws {
        let bench = SchedulerBench()
        let jobs = [ScheduledJob.example { $0.misfire.catchUp = .all }]
        await bench.begin(jobs)
        await bench.pass()
        bench.clock.advance(by: 2_000)
        await bench.restart(jobs)
        for second in [600, 1_200, 1_800] {
            #expect(await bench.pass().map(\.scheduledAt) == [.example(second)])
            #expect(await bench.pass().isEmpty)
            try await bench.endAll()
        }
    }

    @Test func `calls a run of a process that is gone interrupted, and starts its instant no more`() async throws {
        let bench = SchedulerBench()
        let jobs = [ScheduledJob.example()]
        await bench.begin(jobs)
        await bench.pass(after: 600)
        await bench.restart(jobs)
        #expect(await bench.pass().isEmpty)
        let run = try #require(try await bench.runs(of: "nightly").first)
        #expect(run.outcome == .interrupted)
        #expect(run.reason == .crash)
        #expect(bench.told.all.map(\.outcome) == [.interrupted])
    }

    @Test func `runs a job after each success of another, also where it died in between`() async throws {
        let bench = SchedulerBench()
        let jobs: [ScheduledJob] = [.example(), .example("prove", .after("nightly"))]
        await bench.begin(jobs)
        await bench.pass(after: 600)
        bench.clock.advance(by: 30)
        try await bench.endAll(.failed)
        #expect(await bench.pass().isEmpty)
        await bench.pass(after: 570)
        bench.clock.advance(by: 40)
        try await bench.endAll()
        await bench.restart(jobs)
        let chained = await bench.pass()
        #expect(chained.map(\.job) == ["prove"])
        #expect(chained.map(\.scheduledAt) == [.example(1_240)])
        try await bench.endAll()
        await bench.restart(jobs)
        #expect(await bench.pass().isEmpty)
    }

    @Test func `follows runs that others made, once each`() async throws {
        let bench = SchedulerBench()
        let jobs: [ScheduledJob] = [.example("nightly", .none), .example("prove", .after("nightly"))]
        await bench.begin(jobs)
        await bench.pass()
        let other = Run.example(due: nil, started: 10)
        _ = try await bench.ledger.claim([other])
        try await bench.ledger.update(other.ended(.succeeded, at: 20))
        #expect(await bench.pass(after: 61).isEmpty)
        let chained = await bench.pass(after: 1)
        #expect(chained.map(\.job) == ["prove"])
        #expect(chained.map(\.scheduledAt) == [.example(20)])
        #expect(chained.map(\.trigger) == [.after])
        try await bench.endAll()
        #expect(await bench.pass(after: 61).isEmpty)
        await bench.restart(jobs)
        #expect(await bench.pass(after: 61).isEmpty)
        #expect(await bench.pass(after: 61).isEmpty)
        #expect(try await bench.runs(of: "prove").count == 1)
    }

    @Test func `starts no more than may run at a time, and the rest later`() async throws {
        var settings = DaemonSettings()
        settings.concurrency = 2
        let bench = SchedulerBench(settings: settings)
        await bench.begin((1...3).map { .example("job-\($0)") })
        #expect(await bench.pass(after: 600).map(\.job) == ["job-1", "job-2"])
        #expect(await bench.pass(after: 5).isEmpty)
        try await bench.endAll()
        #expect(await bench.pass(after: 5).map(\.job) == ["job-3"])
    }

    @Test func `says of a firing that found no place before the next one what it waited for`() async throws {
        var settings = DaemonSettings()
        settings.concurrency = 1
        let bench = SchedulerBench(settings: settings)
        await bench.begin([.example("long", .every(seconds: 86_400)), .example()])
        bench.clock.advance(by: Double(86_400 - start.secondsSinceEpoch % 86_400))
        #expect(await bench.pass().map(\.job) == ["long"])
        await bench.pass(after: 600)
        await bench.pass(after: 600)
        let skipped = try await bench.runs(of: "nightly").filter { $0.outcome == .skipped }
        #expect(!skipped.isEmpty)
        #expect(skipped.allSatisfy { $0.reason == .capacity })
    }

    @Test func `keeps jobs apart that conflict`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example(), .example("upkeep") { $0.conflicts = [.job("nightly")] }])
        #expect(await bench.pass(after: 600).map(\.job) == ["nightly"])
        try await bench.endAll()
        #expect(await bench.pass(after: 1).map(\.job) == ["upkeep"])
    }

    @Test func `writes a long list of misses in portions, and lets nothing due wait for it`() async throws {
        let bench = SchedulerBench()
        let jobs: [ScheduledJob] = [.example("often", .every(seconds: 1)) { $0.misfire.catchUp = .none }, .example()]
        await bench.begin(jobs)
        await bench.pass()
        bench.clock.advance(by: 60_000)
        await bench.restart(jobs)
        #expect(await bench.pass().map(\.job).contains("nightly"))
        #expect(await bench.scheduler.pause() == .zero)
        #expect(try await bench.runs(of: "often").count < 60_000)
        await bench.pass()
        #expect(try await bench.runs(of: "often").count >= 60_000)
        #expect(await bench.scheduler.pause() > .zero)
    }

    @Test func `holds no more records than it writes at once, however long it was away`() async throws {
        let bench = SchedulerBench(recordsAtOnce: 100)
        let jobs: [ScheduledJob] = [.example("often", .every(seconds: 1)), .example("rare", .every(seconds: 7))]
        await bench.begin(jobs)
        await bench.pass()
        bench.clock.advance(by: 70_000)
        await bench.restart(jobs)
        #expect(await bench.pass().map(\.missedFirings).max() ?? 0 > 60_000)
        #expect(try await bench.runs(of: "often").count < 2_000)
        #expect(await bench.scheduler.unwrittenRecords.count <= 100)
        #expect(await bench.scheduler.misses.count == 2)
        #expect(await bench.scheduler.pause() == .zero)
    }

    @Test func `keeps the promise of an earlier schedule until its last instant has a record`() async throws {
        let bench = SchedulerBench(recordsAtOnce: 2)
        await bench.begin([.example("nightly", .every(seconds: 60)), .example("gone", .every(seconds: 60))])
        await bench.pass()
        bench.clock.advance(by: 3_600)
        // Each life ends after one pass, which writes twenty records.
        for schedule in ["every 60 s", "every 60 s", "every 600 s", "every 600 s", "every 600 s"] {
            await bench.restart([.example("nightly", .every(seconds: 600))])
            await bench.pass()
            #expect(try await bench.ledger.promises().map(\.schedule) == ["every 60 s", schedule])
        }
        await bench.restart([.example("nightly", .every(seconds: 600))])
        await bench.pass()
        await bench.pass()
        #expect(try await bench.ledger.promises().map(\.schedule) == ["every 600 s"])
        for job in ["nightly", "gone"] {
            let missed = try await bench.runs(of: job).filter { $0.reason == .removed }
            #expect(missed.map(\.scheduledAt) == (1...60).map { .example(60 * $0) })
        }
    }

    @Test func `takes back what it was yet to write of a future that was none`() async throws {
        let bench = SchedulerBench(recordsAtOnce: 1)
        await bench.begin([.example("often", .every(seconds: 60)) { $0.misfire.catchUp = .none }])
        await bench.pass()
        await bench.pass(after: 40_000)
        await bench.pass(after: -38_000)
        while await bench.scheduler.pause() == .zero { await bench.pass() }
        let missed = try await bench.runs(of: "often").filter { $0.outcome == .missed }
        #expect(missed.map(\.scheduledAt) == (1...33).map { .example(60 * $0) })
    }

    @Test func `records the firings of a paused job as skipped`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.isPaused = true }])
        #expect(await bench.pass(after: 600).isEmpty)
        #expect(try await bench.runs(of: "nightly").map(\.reason) == [.paused])
    }

    @Test func `skips what cannot begin within its window`() async throws {
        var settings = DaemonSettings()
        settings.concurrency = 1
        let bench = SchedulerBench(settings: settings)
        await bench.begin([.example("first"), .example("second") { $0.window = .seconds(60) }])
        bench.clock.advance(by: 600)
        #expect(await bench.pass().map(\.job) == ["first"])
        #expect(await bench.pass(after: 61).isEmpty)
        #expect(try await bench.runs(of: "second").map(\.reason) == [.window])
    }

    @Test func `takes a new job file over without losing a firing`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example(), .example("gone")])
        await bench.pass(after: 590)
        await bench.scheduler.reload(DaemonSettings(), [.example("nightly", .every(seconds: 300)), .example("new")])
        // Both fall due before the new file takes effect, so they are promises of the old one.
        await bench.pass(after: 15)
        #expect(try await bench.runs(of: "nightly").map(\.reason) == [.removed])
        #expect(try await bench.runs(of: "gone").map(\.reason) == [.removed])
        #expect(await bench.pass(after: 295).map(\.job) == ["nightly"])
        #expect(try await bench.ledger.promises().map(\.job) == ["new", "nightly"])
    }

    @Test func `goes on without a history, and writes it when it can`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.overlap = .allow }])
        await bench.pass()
        bench.ledger.fail(with: DiskFull())
        let runs = await bench.pass(after: 600)
        #expect(runs.count == 1)
        bench.ledger.fail(with: nil)
        await bench.pass(after: 600)
        #expect(try await bench.runs(of: "nightly").map(\.scheduledAt) == [.example(600), .example(1_200)])
    }

    @Test func `starts nothing unclaimed where daemons share the history`() async throws {
        var settings = DaemonSettings()
        settings.state = .postgres(url: "postgresql:///state", password: nil)
        let bench = SchedulerBench(settings: settings)
        await bench.begin([.example()])
        await bench.pass()
        bench.ledger.fail(with: DiskFull())
        #expect(await bench.pass(after: 600).isEmpty)
        bench.ledger.fail(with: nil)
        #expect(await bench.pass(after: 5).map(\.scheduledAt) == [.example(600)])
    }

    @Test func `starts an instant once whose claim was made and its answer lost`() async throws {
        var settings = DaemonSettings()
        settings.state = .postgres(url: "postgresql:///state", password: nil)
        let bench = SchedulerBench(settings: settings)
        await bench.begin([.example()])
        await bench.pass()
        bench.ledger.loseAnswerToClaim(DiskFull())
        #expect(await bench.pass(after: 600).isEmpty)
        let claimed = try await bench.ledger.unfinished().map(\.id)
        #expect(claimed.count == 1)
        #expect(await bench.pass(after: 5).map(\.id) == claimed)
        #expect(await bench.pass(after: 5).isEmpty)
        try await bench.endAll()
        #expect(try await bench.runs(of: "nightly").map(\.outcome) == [.succeeded])
    }

    @Test func `calls no run of another host interrupted while the host's beats move on`() async throws {
        let bench = SchedulerBench(isGone: { _, silence in silence > .seconds(300) })
        let other = Run.example(job: "other", due: 0)
        _ = try await bench.ledger.claim([other])
        await bench.begin([.example()])
        // The other's clock is an hour behind.
        for minute in 0..<10 {
            try await bench.ledger.beat(host: other.host, at: .example(60 * minute - 3_600))
            await bench.pass(after: 60)
        }
        #expect(try await bench.runs(of: "other").map(\.outcome) == [nil])
        for _ in 0..<5 { await bench.pass(after: 60) }
        #expect(try await bench.runs(of: "other").map(\.outcome) == [nil])
        await bench.pass(after: 60)
        #expect(try await bench.runs(of: "other").map(\.outcome) == [.interrupted])
    }

    @Test func `calls no run interrupted for beats that nobody could write`() async throws {
        let bench = SchedulerBench(isGone: { _, silence in silence > .seconds(300) })
        let other = Run.example(job: "other", due: 0)
        _ = try await bench.ledger.claim([other])
        try await bench.ledger.beat(host: other.host, at: .example(0))
        await bench.begin([.example()])
        for _ in 0..<3 { await bench.pass(after: 60) }
        bench.ledger.fail(with: DiskFull())
        for _ in 0..<10 { await bench.pass(after: 60) }
        bench.ledger.fail(with: nil)
        for _ in 0..<5 { await bench.pass(after: 60) }
        #expect(try await bench.runs(of: "other").map(\.outcome) == [nil])
    }

    @Test func `keeps what waits because another job succeeded when the clock is set back`() async throws {
        var settings = DaemonSettings()
        settings.concurrency = 1
        let bench = SchedulerBench(settings: settings)
        await bench.begin([
            .example("nightly", .every(seconds: 86_400)), .example("prove", .after("nightly")),
            .example("long", .every(seconds: 86_400)),
        ])
        await bench.pass(after: 86_400)
        let first = try #require(bench.live.values.first?.run)
        bench.clock.advance(by: 60)
        try await bench.end(first.id)
        await bench.pass()
        let waits = try await bench.ledger.unfinished().map(\.job) == ["long"]
        #expect(first.job == "nightly" && waits)
        bench.clock.advance(by: -20_000)
        await bench.pass()
        #expect(await bench.scheduler.clockSteps == 1)
        try await bench.endAll()
        #expect(await bench.pass().map(\.job) == ["prove"])
        try await bench.endAll()
        #expect(await bench.pass().isEmpty)
    }

    @Test func `starts at once what was about to follow when the clock was set back`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example("nightly", .every(seconds: 86_400)), .example("prove", .after("nightly"))])
        await bench.pass(after: 86_400)
        bench.clock.advance(by: 60)
        try await bench.endAll()
        bench.clock.advance(by: -20_000)
        await bench.pass()
        #expect(await bench.scheduler.clockSteps == 1)
        #expect(try await bench.runs(of: "prove").count == 1)
    }

    @Test func `refuses to start anything by a clock that cannot be right`() async {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        await bench.pass(after: 600)
        #expect(await bench.pass(after: -100_000).isEmpty)
        #expect(await bench.scheduler.refusal != nil)
        #expect(await bench.pass(after: 101_000).count == 0)
        #expect(await bench.scheduler.refusal == nil)
    }

    /// The clock jumped ahead by three days, ran jobs there, and was set right again.
    private func benchAfterWrongClock(_ change: (inout Job) -> Void = { _ in }) async throws -> SchedulerBench {
        let bench = SchedulerBench()
        await bench.begin([.example("nightly", .every(seconds: 3_600), change)])
        await bench.pass(after: 3_600)
        try await bench.endAll()
        await bench.pass(after: 3 * 86_400)
        try await bench.endAll()
        #expect(await bench.pass(after: -3 * 86_400 + 60).isEmpty)
        #expect(await bench.scheduler.refusal?.contains("dbops accept-clock") == true)
        return bench
    }

    private func accept(_ bench: SchedulerBench) async throws -> ClockAcceptance.Findings {
        var generator = SystemRandomNumberGenerator()
        return try await ClockAcceptance(ledger: bench.ledger, now: bench.now)
            .accept(as: RunID(using: &generator), host: "host-1")
    }

    @Test func `goes on when an operator has accepted the clock, and loses and doubles nothing`() async throws {
        let bench = try await benchAfterWrongClock()
        let findings = try await accept(bench)
        #expect(findings.jobs == ["nightly"] && findings.runsKept == 1 && findings.recordsTakenBack == 71)
        await bench.pass()
        #expect(await bench.scheduler.refusal == nil)
        for _ in 0..<72 {
            await bench.pass(after: 3_600)
            try await bench.endAll()
        }
        let runs = try await bench.runs(of: "nightly")
        #expect(runs.compactMap(\.scheduledAt) == (1...73).map { .example($0 * 3_600) })
        #expect(runs.allSatisfy { $0.outcome == .succeeded })
        #expect(Set(bench.started["nightly"] ?? []).count == bench.started["nightly"]?.count)
        #expect(try await bench.runs(of: ClockAcceptance.subject).map(\.kind) == ["accept-clock"])
    }

    @Test func `begins by a clock that was accepted while it waited`() async throws {
        let bench = try await benchAfterWrongClock()
        _ = try await accept(bench)
        await bench.restart([.example("nightly", .every(seconds: 3_600))])
        #expect(await bench.scheduler.refusal == nil)
        #expect(await bench.pass(after: 3_600).map(\.scheduledAt) == [.example(7_200)])
    }

    @Test func `accepting a clock that nothing lies ahead of changes no accounts, and is on record`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        await bench.pass(after: 600)
        let before = try await bench.ledger.promises()
        #expect(try await accept(bench).isEmpty)
        #expect(try await bench.ledger.promises() == before)
        #expect(try await bench.runs(of: ClockAcceptance.subject).count == 1)
    }

    /// A job whose last instant is days before the clock, which is then set back by two days.
    private func benchWithRareJob(acceptedBefore: Bool = false) async throws -> SchedulerBench {
        let bench = SchedulerBench()
        await bench.begin([.example("weekly", .every(seconds: 7 * 86_400))])
        await bench.pass(after: 86_400)
        if acceptedBefore { _ = try await accept(bench) }
        await bench.pass(after: 2 * 86_400)
        #expect(await bench.pass(after: -2 * 86_400 + (acceptedBefore ? -3_600 : 0)).isEmpty)
        return bench
    }

    @Test func `does not believe a clock set back because the accounts of rare jobs end earlier still`() async throws {
        let bench = try await benchWithRareJob()
        #expect(await bench.scheduler.refusal?.contains("dbops accept-clock") == true)
        await bench.pass(after: 15)
        #expect(await bench.scheduler.refusal != nil)
        _ = try await accept(bench)
        await bench.pass(after: 15)
        #expect(await bench.scheduler.refusal == nil)
        #expect(await bench.pass(after: 424_800 - 86_430).map(\.scheduledAt) == [.example(424_800)])
    }

    @Test func `an acceptance of another day says nothing of a clock, not even when its hour comes again`() async throws
    {
        let bench = try await benchWithRareJob(acceptedBefore: true)
        for _ in 0..<3 {
            #expect(await bench.scheduler.refusal != nil)
            await bench.pass(after: 1_800)
        }
        #expect(await bench.scheduler.refusal != nil)
    }

    @Test func `goes on by an acceptance that came before it noticed the clock`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example("weekly", .every(seconds: 7 * 86_400))])
        await bench.pass(after: 3 * 86_400)
        bench.clock.advance(by: -2 * 86_400)
        _ = try await accept(bench)
        await bench.pass(after: 15)
        #expect(await bench.scheduler.refusal == nil)
    }

    @Test func `takes back misses of a future that never was also where they were not written yet`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { ($0.misfire.catchUp, $0.overlap) = (.none, .allow) }])
        await bench.pass()
        bench.ledger.fail(with: DiskFull())
        await bench.pass(after: 20 * 3_600)
        try? await bench.endAll()
        await bench.pass(after: -20 * 3_600)
        bench.ledger.fail(with: nil)
        #expect(await bench.pass(after: 600).map(\.scheduledAt) == [.example(600)])
        try await bench.endAll()
        #expect(await bench.pass(after: 600).map(\.scheduledAt) == [.example(1_200)])
    }

    @Test func `a wrong date does not eat the history`() async throws {
        let ledger = MemoryLedger()
        for day in 1...20 {
            let run = Run.example(due: -day * 86_400)
            _ = try await ledger.claim([run])
            try await ledger.update(run.ended(.succeeded, at: -day * 86_400 + 60))
        }
        let bench = SchedulerBench(ledger: ledger)
        await bench.begin([.example("nightly", .every(seconds: 86_400)) { $0.misfire.catchUp = .all }])
        await bench.pass()
        // Two years ahead, with all that is caught up there.
        for _ in 0..<3 {
            await bench.pass(after: bench.life == 1 && bench.now < .example(86_400) ? 730 * 86_400 : 60)
            try await bench.endAll()
        }
        #expect(try await bench.runs(of: "nightly").filter { $0.instant < .example(0) }.count == 20)
        // A day that is a day: what is older than the limit goes.
        for _ in 0..<3 {
            await bench.pass(after: 86_400)
            try await bench.endAll()
        }
        #expect(try await bench.runs(of: "nightly").filter { $0.instant < .example(0) }.count == 0)
    }

    @Test func `does nothing after a small step back until the clock has caught up`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.overlap = .allow }])
        await bench.pass(after: 600)
        #expect(await bench.pass(after: -1_800).isEmpty)
        #expect(await bench.pass(after: 1_800).isEmpty)
        #expect(await bench.pass(after: 600).map(\.scheduledAt) == [.example(1_200)])
    }

    @Test func `fires again what was recorded as missed in a future that was none`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.misfire.catchUp = .none }])
        await bench.pass()
        await bench.pass(after: 20 * 3_600)
        try await bench.endAll()
        #expect(await bench.pass(after: -20 * 3_600).isEmpty)
        #expect(await bench.scheduler.clockSteps == 1)
        #expect(await bench.pass(after: 600).map(\.scheduledAt) == [.example(600)])
    }

    @Test func `begins the accounts of an empty history at the last backup that the store knows of`() async throws {
        let bench = SchedulerBench(lastKnown: .example(-1_000))
        await bench.begin([.example()])
        let runs = await bench.pass()
        #expect(runs.map(\.trigger) == [.schedule])
        #expect(runs.map(\.scheduledAt) == [.example(0)])
        #expect(runs.map(\.missedFirings) == [1])
    }
}

private struct DiskFull: UserFacingError {
    var message: String { "the disk is full" }
    var hint: String? { nil }
    var category: FailureCategory { .cannotWrite }
}
