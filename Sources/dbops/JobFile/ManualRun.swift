import Foundation
import JobModel
import Logging
import Operations

/// One run of a job because somebody said so, with a record in the history.
struct ManualRun {
    let assembly: Assembly
    let job: Job
    let configuration: Configuration

    /// Never throws for what fails in the run: that is its outcome.
    func run(toolsIn directory: String?) async throws -> (run: Run, result: JobResult) {
        let diary = assembly.diary(configuration.daemon, logger: assembly.logger(.warning))
        let run = Run(
            id: assembly.newRunID(), job: job.name, kind: job.kind.name, trigger: .manual, scheduledAt: nil,
            startedAt: CivilTime(Date()), host: assembly.identity.description)
        // A history that does not work is a warning, and has been said.
        if case .unavailable = await diary.claim([run]) { await diary.adopt([run]) }
        let runner = assembly.runner(diary, reporter: assembly.progress, toolsIn: directory)
        let ended = await runner.run(job, of: configuration, as: run, stop: StopSignal())
        await diary.close()
        return ended
    }
}

/// A run that has ended with nothing to show.
struct RunFailedError: UserFacingError {
    let run: Run
    let result: JobResult
    var message: String { run.message ?? "the job \(run.job) \(run.outcome?.rawValue ?? "did not end")" }
    var hint: String? { "Its log: dbops log \(run.id)" }
    var category: FailureCategory {
        switch run.outcome {
        case .skipped, .missed: .tryLater
        case .cancelled: .cancelled
        default: result.category ?? .failed
        }
    }
}
