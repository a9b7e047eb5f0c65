import Foundation
import JobModel
import Logging
import Operations

/// One run of a job because somebody said so, with a record in the history.
struct ManualRun {
    let assembly: Assembly
    let job: Job
    let configuration: Configuration

    /// The instant that was due, where somebody else keeps the schedule; it is run only once.
    var scheduledAt: CivilTime?
    /// What made the run start, where it was due at an instant.
    var trigger = RunTrigger.schedule
    /// The Kubernetes Job whose pod this is: a run of an earlier pod of it is over.
    var kubernetesJob: String?

    /// Does not throw for what fails in the run: that is its outcome. Throws ``InstantTakenError``.
    func run(toolsIn directory: String?) async throws -> (run: Run, result: JobResult) {
        let logger = assembly.logger(.warning)
        let diary = assembly.diary(configuration.daemon, logger: logger)
        let run = try await claim(in: diary)
        let outbox = try assembly.outbox(logger: logger)
        // How it ends is the command's own output.
        let runner = assembly.runner(
            diary, outbox, reporter: assembly.progress, logger: assembly.logger(.critical), toolsIn: directory)
        let ended = await outbox.delivering {
            await runner.run(job, of: configuration, as: run, stop: StopSignal())
        }
        await diary.close()
        return ended
    }

    /// Puts the start on record. A history that does not work is a warning, and has been said.
    private func claim(in diary: RunDiary) async throws -> Run {
        let run = Run(
            id: assembly.newRunID(), job: job.name, kind: job.kind.name,
            trigger: scheduledAt == nil ? .manual : trigger, scheduledAt: scheduledAt, startedAt: CivilTime(Date()),
            host: assembly.identity.description)
        switch await diary.claim([run]) {
        case .granted(let ids):
            if !ids.contains(run.id) { return try await takeOver(run, in: diary) }
        case .unavailable:
            await diary.adopt([run])
        }
        return run
    }
}

/// The instant has a record already: it was run, or is being run, by somebody else.
struct InstantTakenError: UserFacingError {
    let job: String
    let instant: CivilTime?
    var message: String { "\(job) has a run for \(instant?.text ?? "this instant") already" }
    var hint: String? { "See dbops runs \(job)." }
    var category: FailureCategory { .tryLater }
}

/// A run that has ended with nothing to show.
struct RunFailedError: UserFacingError {
    let run: Run
    let result: JobResult
    var message: String { run.message ?? "the job \(run.job) \(run.outcome?.rawValue ?? "did not end")" }
    var hint: String? { "Its log: dbops log \(run.id)" }
    var runbook: Runbook? { run.outcome == .failed ? Runbook.ofTrouble(inJobsOfKind: run.kind) : nil }
    var category: FailureCategory {
        switch run.outcome {
        case .skipped, .missed: .tryLater
        case .cancelled: .cancelled
        default: result.category ?? .failed
        }
    }
}
