import InMemoryLogging
import JobModel
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite struct JobRunnerTests {
    private let ledger = MemoryLedger()
    private let told = Journal<RunOutcome?>()
    private let log = InMemoryLogHandler()

    private func runner(_ attempt: @escaping JobRunner.Attempt) -> JobRunner {
        let ledger = ledger
        let told = told
        let logger = Logger(label: "test") { [log] _ in log }
        return JobRunner(
            diary: RunDiary(logger: logger) { ledger }, clock: ManualClock(), reporter: SilentReporter(),
            logger: logger,
            attempt: attempt, notify: { _, _, run, _ in told.add(run.outcome) })
    }

    private func job(_ change: (inout Job) -> Void = { _ in }) -> Job {
        var job = Job(name: "nightly", kind: .backup(BackupJob(database: "shop", stores: ["local"])))
        job.retries.delay = .milliseconds(1)
        change(&job)
        return job
    }

    private func run(
        _ job: Job, stop: StopSignal = StopSignal(), _ attempt: @escaping JobRunner.Attempt
    ) async throws -> Run {
        let run = Run.example()
        _ = try await ledger.claim([run])
        return await runner(attempt).run(job, of: Configuration(), as: run, stop: stop).run
    }

    @Test func `records how a run ended, and tells of its start and its end`() async throws {
        let ended = try await run(job()) { _, _, _, reporter in
            reporter.report(.phase("copying"))
            reporter.report(.warning("slow"))
            return JobResult(outcome: .succeeded, report: "{}")
        }
        #expect(ended.outcome == .succeeded)
        #expect(told.all == [nil, .succeeded])
        #expect(try await ledger.runs(RunQuery()) == [ended])
        #expect(try await ledger.log(of: ended.id).map(\.text) == ["copying", "slow"])
        #expect(try await ledger.log(of: ended.id).map(\.level) == ["info", "warning"])
    }

    @Test func `tries again as often as the job says, and reports the last attempt`() async throws {
        let attempts = Journal<Int>()
        let ended = try await run(job { $0.retries.count = 2 }) { _, _, _, _ in
            attempts.add(1)
            guard attempts.all.count == 3 else { throw OperationError.leaderLost(reason: "gone") }
            return JobResult(outcome: .succeeded)
        }
        #expect(ended.outcome == .succeeded)
        #expect(ended.attempts == 3)
        let log = try await ledger.log(of: ended.id).map(\.text)
        #expect(log.filter { $0.hasPrefix("trying again") }.count == 2)
    }

    @Test func `records what another host does already as skipped`() async throws {
        let ended = try await run(job { $0.retries.count = 2 }) { _, _, _, _ in
            throw LockError.jobHeld(job: "nightly", store: "file:///store", holder: nil)
        }
        #expect(ended.outcome == .skipped)
        #expect(ended.reason == .conflict)
        #expect(ended.attempts == 1)
    }

    @Test func `keeps what was going to be done`() async throws {
        let ended = try await run(job()) { _, _, _, reporter in
            reporter.report(.plan("{\"tables\":3}"))
            throw OperationError.missingPrivilege(tables: ["t"], role: "keeper")
        }
        #expect(ended.plan == "{\"tables\":3}")
    }

    @Test func `does not try again what another attempt cannot mend`() async throws {
        let attempts = Journal<Int>()
        let ended = try await run(job { $0.retries.count = 2 }) { _, _, _, _ in
            attempts.add(1)
            throw OperationError.missingPrivilege(tables: ["t"], role: "keeper")
        }
        #expect(attempts.all.count == 1)
        #expect(ended.outcome == .failed)
        #expect(ended.message?.contains("keeper may not read t. GRANT") == true)
    }

    @Test func `ends a run that takes longer than its timeout, after it has cleaned up`() async throws {
        let cleaned = Journal<Bool>()
        let ended = try await run(job { $0.timeout = .milliseconds(50) }) { _, _, _, _ in
            do {
                try await Task.sleep(for: .seconds(3_600))
            } catch {
                cleaned.add(true)
                throw error
            }
            return JobResult(outcome: .succeeded)
        }
        #expect(ended.outcome == .failed)
        #expect(ended.reason == .timeout)
        #expect(cleaned.all == [true])
    }

    @Test(arguments: [RunReason.replaced, .shutdown])
    func `cancels a run that is asked to stop, and says why`(reason: RunReason) async throws {
        let stop = StopSignal()
        let ended = try await run(job { $0.retries.count = 3 }, stop: stop) { _, _, _, _ in
            stop.stop(reason)
            try await Task.sleep(for: .seconds(3_600))
            return JobResult(outcome: .succeeded)
        }
        #expect(ended.outcome == .cancelled)
        #expect(ended.reason == reason)
        #expect(ended.attempts == 1)
    }

    @Test func `keeps the success of a run that was done before it noticed that it should stop`() async throws {
        let stop = StopSignal()
        let ended = try await run(job(), stop: stop) { _, _, _, _ in
            stop.stop(.shutdown)
            return JobResult(outcome: .succeeded)
        }
        #expect(ended.outcome == .succeeded)
    }

    @Test func `does not wait for the next attempt when it is asked to stop`() async throws {
        let stop = StopSignal()
        let ended = try await run(
            job {
                $0.retries.count = 1
                $0.retries.delay = .seconds(3_600)
            }, stop: stop
        ) { _, _, _, _ in
            // After the attempt has failed: the runner waits then.
            Task {
                try await Task.sleep(for: .milliseconds(50))
                stop.stop(.shutdown)
            }
            throw OperationError.leaderLost(reason: "gone")
        }
        #expect(ended.attempts == 1)
        #expect(ended.outcome == .failed)
    }

    @Test func `records the end of a run although its task was cancelled`() async throws {
        let run = Run.example()
        _ = try await ledger.claim([run])
        let runner = runner { _, _, _, _ in
            try await Task.sleep(for: .seconds(3_600))
            return JobResult(outcome: .succeeded)
        }
        let job = job()
        let task = Task { await runner.run(job, of: Configuration(), as: run, stop: StopSignal()).run }
        task.cancel()
        #expect(await task.value.outcome == .cancelled)
        #expect(try await ledger.runs(RunQuery()).map(\.reason) == [.byHand])
    }

    @Test func `logs one line for each end of a run, and a failure as an error that says why`() async throws {
        _ = try await run(job()) { _, _, _, _ in throw DiskIsFull() }
        let lines = log.entries
        #expect(lines.map(\.level) == [.notice, .error])
        #expect(lines.map { "\($0.message)" } == ["Run started", "Run failed"])
        #expect(lines.last?.metadata["job.name"] == "nightly")
        #expect(lines.last?.metadata["error"]?.description.contains("the disk is full") == true)
    }

    @Test func `runs a job whose history cannot be written, and writes it later`() async throws {
        ledger.fail(with: DiskIsFull())
        let ledger = ledger
        let diary = RunDiary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { ledger }
        let run = Run.example()
        guard case .unavailable = await diary.claim([run]) else {
            Issue.record("the claim was granted")
            return
        }
        await diary.adopt([run])
        let runner = JobRunner(
            diary: diary, clock: ManualClock(), reporter: SilentReporter(),
            logger: Logger(label: "test") { [log] _ in log },
            attempt: { _, _, _, _ in JobResult(outcome: .succeeded) }, notify: { _, _, _, _ in })
        let ended = await runner.run(job(), of: Configuration(), as: run, stop: StopSignal()).run
        #expect(ended.outcome == .succeeded)
        #expect(await diary.trouble == "the disk is full")
        ledger.fail(with: nil)
        await diary.flush()
        #expect(try await ledger.runs(RunQuery()) == [ended])
        #expect(await diary.trouble == nil)
    }
}

private struct SilentReporter: ProgressReporter {
    func report(_ event: ProgressEvent) {}
}

private struct DiskIsFull: UserFacingError {
    var message: String { "the disk is full" }
    var hint: String? { nil }
    var category: FailureCategory { .cannotWrite }
}
