import JobModel
import Operations
import TestSupport
import Testing

@testable import Daemon

/// What people ask of a daemon that runs.
@Suite struct OrdersTests {
    private struct Broken: Error {}

    @Test func `a run by order starts beside the schedule, and is on record first`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        let id = try await bench.scheduler.runNow("nightly")
        #expect(try await bench.ledger.unfinished().map(\.id) == [id])
        let starts = await bench.scheduler.takeOrdered()
        #expect(starts.map(\.run.id) == [id])
        #expect(starts.first?.run.trigger == .manual)
        #expect(starts.first?.run.scheduledAt == nil)
        #expect(await bench.scheduler.takeOrdered().isEmpty)
        #expect(await bench.scheduler.snapshot().jobs[0].running.map(\.id) == [id])
    }

    @Test func `the schedule does not start what an order has started`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        _ = try await bench.scheduler.runNow("nightly")
        #expect(await bench.pass(after: 600).isEmpty)
        #expect(try await bench.runs(of: "nightly").last?.reason == .overlap)
    }

    @Test func `an order that would have to wait is refused`() async throws {
        let bench = SchedulerBench()
        await bench.begin([
            .example("a"), .example("b"), .example("c"), .example("d") { $0.conflicts = [.job("a")] },
        ])
        await #expect(throws: OrderError.noSuchJob("x")) { try await bench.scheduler.runNow("x") }
        _ = try await bench.scheduler.runNow("a")
        await #expect(throws: OrderError.runsAlready("a")) { try await bench.scheduler.runNow("a") }
        await #expect(throws: OrderError.conflict("d")) { try await bench.scheduler.runNow("d") }
        _ = try await bench.scheduler.runNow("b")
        await #expect(throws: OrderError.busy(2)) { try await bench.scheduler.runNow("c") }
        bench.scheduler.drain()
        await #expect(throws: OrderError.stopping) { try await bench.scheduler.runNow("c") }
    }

    @Test func `of two orders at once one is refused`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        let scheduler = bench.scheduler
        async let first = try? scheduler.runNow("nightly")
        async let second = try? scheduler.runNow("nightly")
        let started = await [first, second].compactMap { $0 }
        #expect(started.count == 1)
    }

    @Test func `without a history of its own a daemon runs by order all the same`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        bench.ledger.fail(with: Broken())
        let id = try await bench.scheduler.runNow("nightly")
        bench.ledger.fail(with: nil)
        await bench.pass()
        #expect(try await bench.runs(of: "nightly").map(\.id) == [id])
    }

    @Test func `a daemon that shares its history runs nothing that the others cannot see`() async throws {
        var settings = DaemonSettings()
        settings.state = .postgres(url: "postgresql:///x", password: nil)
        let bench = SchedulerBench(settings: settings)
        await bench.begin([.example()])
        bench.ledger.fail(with: Broken())
        await #expect(throws: OrderError.historyIsSilent) { try await bench.scheduler.runNow("nightly") }
        bench.ledger.fail(with: nil)
        _ = try await bench.scheduler.runNow("nightly")
    }

    @Test func `a job that is paused by an order skips its firings, also after a restart`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        #expect(try await bench.scheduler.pause("nightly"))
        #expect(await bench.pass(after: 600).isEmpty)
        #expect(try await bench.runs(of: "nightly").last?.reason == .paused)
        await bench.restart([.example()])
        #expect(await bench.pass(after: 600).isEmpty)
        #expect(try await bench.scheduler.resume("nightly"))
        #expect(await bench.pass(after: 600).count == 1)
        await bench.restart([.example()])
        #expect(await bench.scheduler.snapshot().jobs[0].isHeld == false)
    }

    @Test func `a pause that could not be written is written later`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        bench.ledger.fail(with: Broken())
        #expect(try await bench.scheduler.pause("nightly") == false)
        await bench.pass(after: 60)
        #expect(await bench.scheduler.snapshot().jobs[0].isHeld)
        bench.ledger.fail(with: nil)
        await bench.pass(after: 60)
        await bench.restart([.example()])
        #expect(await bench.scheduler.snapshot().jobs[0].isHeld)
    }

    @Test func `no order resumes what the job file pauses`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example { $0.isPaused = true }])
        await #expect(throws: OrderError.pausedByJobFile("nightly")) { try await bench.scheduler.resume("nightly") }
        await #expect(throws: OrderError.noSuchJob("x")) { try await bench.scheduler.pause("x") }
    }

    @Test func `fewer runs at a time by order, or none`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example("a"), .example("b")])
        await bench.scheduler.limit(to: 0)
        #expect(await bench.pass(after: 600).isEmpty)
        await #expect(throws: OrderError.busy(0)) { try await bench.scheduler.runNow("a") }
        await bench.scheduler.limit(to: 1)
        #expect(await bench.pass().count == 1)
        await bench.scheduler.limit(to: nil)
        #expect(await bench.pass().count == 1)
    }

    @Test func `a run that lives is stopped by order`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        let run = try #require(await bench.pass(after: 600).first)
        try await bench.scheduler.stop(run.id)
        #expect(bench.live[run.id]?.stop.reason == .byHand)
        try await bench.end(run.id, .cancelled)
        await #expect(throws: OrderError.noSuchRun(run.id.description)) { try await bench.scheduler.stop(run.id) }
    }

    @Test func `what became of firings is counted, also of those that started nothing`() async throws {
        let bench = SchedulerBench()
        await bench.begin([.example()])
        await bench.pass(after: 600)
        await bench.pass(after: 600)
        try await bench.endAll(.failed)
        let tally = await bench.scheduler.snapshot().tally
        #expect(tally.counts[RunTally.Key(job: "nightly", kind: "backup", outcome: .skipped)] == 1)
        #expect(tally.counts[RunTally.Key(job: "nightly", kind: "backup", outcome: .failed)] == 1)
        #expect(tally.changes == ["nightly": 2])
    }
}
