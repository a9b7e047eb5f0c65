package import JobModel

/// Makes one attempt at a job of any kind: the one place that knows all kinds.
package struct JobWork: Sendable {
    private let targets: TargetOpener
    private let zones: ZoneDatabase
    private let memory: any JobMemory
    private let context: @Sendable (RunID, any ProgressReporter) -> OperationContext

    package init(
        targets: TargetOpener, zones: ZoneDatabase, memory: any JobMemory,
        context: @escaping @Sendable (RunID, any ProgressReporter) -> OperationContext
    ) {
        self.targets = targets
        self.zones = zones
        self.memory = memory
        self.context = context
    }

    /// Throws where nothing came of it; what came of it in part, or was found wanting, is the result's outcome.
    package func attempt(
        _ job: Job, in configuration: Configuration, as run: RunID, reporter: any ProgressReporter
    ) async throws -> JobResult {
        let context = context(run, reporter)
        return switch job.kind {
        case .backup(let settings):
            if let several = several(job, settings, configuration, context) {
                try await several.run()
            } else {
                try await BackupWork(
                    job: job, settings: settings, configuration: configuration, targets: targets, zones: zones,
                    context: context
                ).run()
            }
        case .verify(let settings):
            try await VerifyWork(
                name: job.name, job: settings, configuration: configuration, targets: targets, memory: memory,
                context: context
            ).run()
        case .prune(let settings):
            try await prune(settings, configuration, context).run()
        case .sql(let settings):
            try await sql(settings, job.name, configuration, context).run()
        case .maintain(let settings):
            try await MaintainWork(
                job: job, settings: settings, configuration: configuration, targets: targets, memory: memory,
                context: context
            ).run()
        case .clean(let settings):
            try await clean(job.name, settings, configuration, context).run()
        case .advise(let settings):
            try await AdviseWork(
                job: settings, configuration: configuration, targets: targets, memory: memory, context: context
            ).run()
        }
    }

    /// What ``attempt(_:in:as:reporter:)`` would do, decided in the same way; nothing is recorded, written or deleted.
    /// Throws where the run itself could not begin.
    package func preview(
        _ job: Job, in configuration: Configuration, as run: RunID, reporter: any ProgressReporter
    ) async throws -> JobPreview {
        let context = context(run, reporter)
        return switch job.kind {
        case .backup(let settings):
            .backup(try await backupPreviews(job, settings, configuration, context))
        case .verify(let settings):
            .verify(
                try await VerifyWork(
                    name: job.name, job: settings, configuration: configuration, targets: targets, memory: memory,
                    context: context
                ).previews())
        case .prune(let settings):
            .prune(try await prune(settings, configuration, context).preview())
        case .sql(let settings):
            .sql(try sql(settings, job.name, configuration, context).preview())
        case .maintain(let settings):
            .maintain(
                try await MaintainWork(
                    job: job, settings: settings, configuration: configuration, targets: targets, memory: memory,
                    context: context
                ).preview())
        case .clean(let settings):
            .clean(try await clean(job.name, settings, configuration, context).preview())
        case .advise(let settings):
            .advise(AdviseRequest.checks(for: settings, hasPgBouncer: settings.pgbouncerURL != nil))
        }
    }

    /// Does what a job of kind prune does, or tells what it would do: one report for each job.
    package func prune(
        _ settings: PruneJob, in configuration: Configuration, isPreview: Bool, reporter: any ProgressReporter,
        as run: RunID
    ) async throws -> [PruneReport] {
        let work = prune(settings, configuration, context(run, reporter))
        return isPreview ? try await work.preview() : try await work.execute()
    }

    private func backupPreviews(
        _ job: Job, _ settings: BackupJob, _ configuration: Configuration, _ context: OperationContext
    ) async throws -> [BackupPreview] {
        if let several = several(job, settings, configuration, context) { return try await several.previews() }
        let work = BackupWork(
            job: job, settings: settings, configuration: configuration, targets: targets, zones: zones, context: context
        )
        return [try await work.preview()]
    }

    /// Nil for a job of one database.
    private func several(
        _ job: Job, _ settings: BackupJob, _ configuration: Configuration, _ context: OperationContext
    ) -> DatabasesBackupWork? {
        settings.databases.map { selection in
            DatabasesBackupWork(
                job: job, settings: settings, selection: selection, configuration: configuration, targets: targets,
                zones: zones, memory: memory, context: context)
        }
    }

    private func sql(
        _ settings: SQLJob, _ name: String, _ configuration: Configuration, _ context: OperationContext
    ) -> SQLWork {
        SQLWork(name: name, job: settings, configuration: configuration, targets: targets, context: context)
    }

    private func clean(
        _ name: String, _ settings: CleanJob, _ configuration: Configuration, _ context: OperationContext
    ) -> CleanWork {
        CleanWork(
            name: name, job: settings, configuration: configuration, targets: targets, memory: memory, context: context)
    }

    private func prune(_ settings: PruneJob, _ configuration: Configuration, _ context: OperationContext) -> PruneWork {
        PruneWork(job: settings, configuration: configuration, targets: targets, zones: zones, context: context)
    }
}
