import ArgumentParser
import JobModel
import Operations

/// `dbops prune`
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete the backups that no rule keeps, and what broken runs have left.",
        discussion: """
            Of each hour, day, week, month and year the newest good backup counts;
            those without any do not. Never deleted: the newest good backup, the newest
            verified one, pinned ones, what is in progress, and what is not known to be
            a backup of this job. A backup that holds suspiciously less than those
            before it is kept apart until it is accepted: dbops accept BACKUP.

            Without --store the retention of the job file is applied: that of all backup
            jobs, of one, or of those that a job of kind prune names.

            EXAMPLES
              dbops prune --dry-run
              dbops prune nightly
              dbops prune shop --store s3://acme/prod \\
                --keep-last 7 --keep-daily 14 --dry-run
              dbops prune shop --store file:///var/backups --keep-within 48h \\
                --keep-weekly 8 --timezone Europe/Berlin --require-verified
            """)

    @Argument(help: "The job; with --store the job, JOB/DATABASE or the database, which must be said.")
    var job: String?

    @Option(
        help: ArgumentHelp(
            "The store, where no job file says it. It may be said several times: one prune in each.",
            valueName: "store"))
    var store: [String] = []

    @Flag(help: "Print what would become of each backup and why, and delete nothing.")
    var dryRun = false

    @OptionGroup(title: "What is kept") var retention: RetentionOptions
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if !store.isEmpty, job == nil { throw ValidationError("With --store, name the job, or the database.") }
        if store.isEmpty, retention.keepsAnything {
            throw ValidationError("--keep options go with --store; in a job file say them as retention.")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let reports = try await store.isEmpty ? byJobFile(assembly) : byOptions(assembly)
            assembly.progress.finish()
            for report in reports {
                // What is noteworthy of a job's retention was told while it was applied.
                try PruneRendering.print(
                    report, isPreview: dryRun, withNotes: dryRun || !store.isEmpty, json: global.json,
                    quiet: global.quiet)
            }
            try Self.fail(PruneReport(stores: reports.flatMap(\.stores)))
        }
    }

    /// Of a job with databases, each by itself.
    private func byOptions(_ assembly: Assembly) async throws -> [PruneReport] {
        let stores = try store.map { try assembly.store($0, storeOptions) }
        let named = BackupSeries(job ?? "")
        var series = named.database == nil ? await SeriesOfJob.all(of: named.text, in: stores) : []
        if series.isEmpty { series = [named] }
        var reports: [PruneReport] = []
        for one in series {
            let operation = PruneOperation(
                context: assembly.context(toolsIn: nil), request: try retention.request(job: one.text), stores: stores)
            reports.append(dryRun ? try await operation.preview() : try await operation.execute())
        }
        return reports
    }

    private func byJobFile(_ assembly: Assembly) async throws -> [PruneReport] {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        return try await assembly.work(toolsIn: nil, memory: NoJobMemory()).prune(
            try settings(configuration), in: configuration, isPreview: dryRun, reporter: assembly.progress,
            as: assembly.newRunID())
    }

    private func settings(_ configuration: Configuration) throws -> PruneJob {
        guard let name = job else { return PruneJob() }
        if BackupSeries(name).database != nil {
            throw ValidationError("A job is pruned with all of its databases: dbops prune \(BackupSeries(name).job)")
        }
        guard let job = configuration.job(named: name) else {
            throw UnknownJobError(name: name, known: configuration.jobs.map(\.name))
        }
        if case .prune(let settings) = job.kind { return settings }
        guard case .backup(let backup) = job.kind, backup.retention != nil else {
            throw ValidationError("\(name) has no retention: it keeps everything.")
        }
        var settings = PruneJob()
        settings.of = [name]
        return settings
    }

    /// The failure itself where it is the only one and nothing was done before it.
    static func fail(_ report: PruneReport) throws {
        let failures = report.stores.compactMap(\.failure)
        guard let first = failures.first else { return }
        if report.outcome == .failed { throw first }
        for failure in failures { StandardError.write(ErrorRendering.text(of: failure)) }
        throw ArgumentParser.ExitCode(ExitCode.partial.rawValue)
    }
}
