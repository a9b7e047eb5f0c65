package import JobModel
package import Logging

/// Runs a job once, from its start on record to its end on record: the single entry for the daemon, the command line
/// and a pod.
///
/// attempt → report → record → notify. An attempt is tried again as the job's retries say; a run that takes longer than
/// its timeout, or is asked to stop, is cancelled and has cleaned up before it ends.
package struct JobRunner: Sendable {
    /// Makes one attempt at a job; throws where it fails.
    package typealias Attempt = @Sendable (Job, Configuration, RunID, any ProgressReporter) async throws -> JobResult

    private let diary: RunDiary
    private let clock: any WallClock
    private let attempt: Attempt
    private let notify: @Sendable (Job, Configuration, Run, JobResult?) async -> Void
    private var reporter: any ProgressReporter
    private let logger: Logger

    /// `reporter` is told what the run's log is told. `notify` is called when a run has started, without a result, and when
    /// it has ended.
    package init(
        diary: RunDiary, clock: any WallClock, reporter: any ProgressReporter, logger: Logger,
        attempt: @escaping Attempt,
        notify: @escaping @Sendable (Job, Configuration, Run, JobResult?) async -> Void
    ) {
        self.diary = diary
        self.clock = clock
        self.reporter = reporter
        self.logger = logger
        self.attempt = attempt
        self.notify = notify
    }

    /// The same runner, that tells another.
    package func telling(_ reporter: any ProgressReporter) -> JobRunner {
        var runner = self
        runner.reporter = reporter
        return runner
    }

    /// Runs `job`, whose start is on record as `run`; returns the run as it ended. Never throws: what fails is the
    /// run's outcome. `result` holds the last attempt's own result.
    package func run(
        _ job: Job, of configuration: Configuration, as run: Run, stop: StopSignal
    ) async -> (run: Run, result: JobResult) {
        let stopwatch = Stopwatch()
        logger.tellStart(of: run)
        let recorder = RunRecorder(run: run.id, diary: diary, clock: clock, next: reporter)
        await diary.beat(host: run.host, at: CivilTime(clock.now))
        await notify(job, configuration, run, nil)
        let deadline = job.timeout.map { ContinuousClock.now + $0 }
        var run = run
        var result = JobResult(outcome: .failed)
        for number in 1...(job.retries.count + 1) {
            run.attempts = number
            result = await tryOnce(job, configuration, run, recorder, stop: stop, deadline: deadline)
            guard number <= job.retries.count, result.isWorthRetrying, stop.reason == nil else { break }
            guard await pause(before: number, of: job, recorder, stop: stop, deadline: deadline, after: result) else {
                break
            }
        }
        run.plan = recorder.plan
        let ended = end(run, result)
        let last = result
        // A run that was cancelled has an end all the same.
        await CleanupScope.run {
            await recorder.flush()
            await diary.update(ended)
            await notify(job, configuration, ended, last)
        }
        logger.tellEnd(of: ended, seconds: stopwatch.seconds)
        return (ended, result)
    }

    private func end(_ run: Run, _ result: JobResult) -> Run {
        var run = run
        run.outcome = result.outcome
        run.reason = result.reason
        run.message = result.message
        run.report = result.report
        run.endedAt = CivilTime(clock.now)
        return run
    }

    // MARK: - One attempt

    private enum Ending: Sendable {
        case worked(JobResult)
        case stopped(RunReason)
    }

    /// The work, and beside it whoever may end it. The group waits until the work has cleaned up.
    private func tryOnce(
        _ job: Job, _ configuration: Configuration, _ run: Run, _ recorder: RunRecorder, stop: StopSignal,
        deadline: ContinuousClock.Instant?
    ) async -> JobResult {
        let host = run.host
        return await withTaskGroup(of: Ending?.self) { group in
            group.addTask { .worked(await work(job, configuration, run.id, recorder)) }
            group.addTask { (try? await stop.wait()).map { .stopped($0) } }
            if let deadline {
                group.addTask {
                    do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return nil }
                    return .stopped(.timeout)
                }
            }
            group.addTask {
                // Only to flush the log; ends with the work.
                try? await Companion.every(.seconds(2)) { await recorder.flush() }
                return nil
            }
            group.addTask {
                // Others who share the history must not take this run for one of a process that is gone.
                try? await Companion.every(.seconds(60)) { await diary.beat(host: host, at: CivilTime(clock.now)) }
                return nil
            }
            var reason: RunReason?
            for await ending in group {
                switch ending {
                case .stopped(let why):
                    reason = reason ?? why
                    group.cancelAll()
                case .worked(let result):
                    group.cancelAll()
                    return reason.map { Self.stopped($0, result, job) } ?? result
                case nil: break
                }
            }
            return JobResult(outcome: .cancelled, reason: reason)
        }
    }

    /// A run that was done before it noticed that it should stop is done all the same.
    private static func stopped(_ reason: RunReason, _ result: JobResult, _ job: Job) -> JobResult {
        guard result.outcome != .succeeded, result.outcome != .partial else { return result }
        if reason == .timeout {
            let limit = job.timeout.map { " of \($0.components.seconds) s" } ?? ""
            return JobResult(
                outcome: .failed, reason: .timeout, message: "it took longer than its timeout\(limit)",
                category: .failed)
        }
        return JobResult(outcome: .cancelled, reason: reason, message: reason.sentence, category: .cancelled)
    }

    private func work(
        _ job: Job, _ configuration: Configuration, _ run: RunID, _ recorder: RunRecorder
    ) async -> JobResult {
        do {
            return try await attempt(job, configuration, run, recorder)
        } catch is CancellationError {
            return JobResult(
                outcome: .cancelled, reason: .byHand, message: RunReason.byHand.sentence, category: .cancelled)
        } catch {
            let result = JobResult(error)
            recorder.keep(result.message ?? "it failed")
            return result
        }
    }

    /// Waits before the next attempt. False where the run is to stop, or has no time left.
    private func pause(
        before number: Int, of job: Job, _ recorder: RunRecorder, stop: StopSignal, deadline: ContinuousClock.Instant?,
        after result: JobResult
    ) async -> Bool {
        let delay = job.retries.delay(beforeRetry: number, random: Double.random(in: 0...1))
        if let deadline, ContinuousClock.now + delay >= deadline { return false }
        if let message = result.message { reporter.report(.warning(message)) }
        recorder.report(.note("trying again in \(delay.components.seconds) s (\(number) of \(job.retries.count))"))
        await recorder.flush()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await stop.wait()) == nil }
            group.addTask { (try? await Task.sleep(for: delay)) != nil }
            let isOver = await group.next() ?? false
            group.cancelAll()
            return isOver && stop.reason == nil
        }
    }
}
