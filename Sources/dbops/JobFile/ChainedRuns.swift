import JobModel
import Operations

/// A run of a job, and of those that come after it, as the daemon would start them.
struct ChainedRuns {
    let assembly: Assembly
    let configuration: Configuration
    let toolsIn: String?
    /// The Kubernetes Job whose pod this is.
    let kubernetesJob: String?

    /// Tells of each run as it ends. Returns the code of the first that did not end well; nil where all did.
    func run(_ job: Job, at instant: CivilTime?, withFollowers: Bool) async throws -> ExitCode? {
        try await run(job, at: instant, trigger: .schedule, withFollowers: withFollowers)
    }

    private func run(
        _ job: Job, at instant: CivilTime?, trigger: RunTrigger, withFollowers: Bool
    ) async throws -> ExitCode? {
        let (ended, result) = try await ManualRun(
            assembly: assembly, job: job, configuration: configuration, scheduledAt: instant, trigger: trigger,
            kubernetesJob: kubernetesJob
        ).run(toolsIn: toolsIn)
        assembly.progress.finish()
        try RunRendering.print(ended, json: assembly.global.json, quiet: assembly.global.quiet)
        var code = Self.exitCode(ended, result)
        guard withFollowers, ended.outcome == .succeeded || ended.outcome == .partial else { return code }
        for follower in configuration.jobs where follower.trigger == .after(job.name) {
            guard !follower.isPaused else {
                StandardError.write("\(follower.name) is paused, and left out")
                continue
            }
            // As the daemon has it: the instant of a job that follows is the end of the run before it.
            let next = try await run(follower, at: ended.endedAt, trigger: .after, withFollowers: true)
            code = code ?? next
        }
        return code
    }

    /// Nil where all went well.
    private static func exitCode(_ run: Run, _ result: JobResult) -> ExitCode? {
        switch run.outcome {
        case .succeeded, nil: nil
        case .partial: .partial
        case .skipped, .missed: .tryLater
        case .cancelled: .interrupted
        case .failed, .interrupted: result.category.map { ExitCode($0) } ?? .failed
        }
    }
}
