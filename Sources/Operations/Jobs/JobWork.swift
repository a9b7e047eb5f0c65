package import JobModel
import ObjectStorage

/// Makes one attempt at a job of any kind: the one place that knows all kinds.
package struct JobWork: Sendable {
    private let targets: TargetOpener
    private let zones: ZoneDatabase
    private let context: @Sendable (RunID, any ProgressReporter) -> OperationContext

    package init(
        targets: TargetOpener, zones: ZoneDatabase,
        context: @escaping @Sendable (RunID, any ProgressReporter) -> OperationContext
    ) {
        self.targets = targets
        self.zones = zones
        self.context = context
    }

    /// Throws where nothing came of it; what came of it in part, or was found wanting, is the result's outcome.
    package func attempt(
        _ job: Job, in configuration: Configuration, as run: RunID, reporter: any ProgressReporter
    ) async throws -> JobResult {
        let context = context(run, reporter)
        return switch job.kind {
        case .backup(let settings):
            try await BackupWork(
                name: job.name, job: settings, configuration: configuration, targets: targets, context: context
            ).run()
        case .verify(let settings):
            try await VerifyWork(
                name: job.name, job: settings, configuration: configuration, targets: targets, context: context
            ).run()
        case .prune: throw OperationError.incomplete(reason: "prune")
        }
    }
}
