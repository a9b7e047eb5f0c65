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

            EXAMPLES
              dbops prune shop --store s3://acme/prod --keep-last 7 --keep-daily 14 --dry-run
              dbops prune shop --store file:///var/backups --keep-within 48h \\
                --keep-weekly 8 --timezone Europe/Berlin --require-verified
            """)

    @Argument(help: "The job, or the database's name where there is none.")
    var job: String

    @Option(help: ArgumentHelp("The store. It may be said several times: one prune in each.", valueName: "store"))
    var store: [String]

    @Flag(help: "Print what would become of each backup and why, and delete nothing.")
    var dryRun = false

    @OptionGroup(title: "What is kept") var retention: RetentionOptions
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let operation = PruneOperation(
                context: assembly.context(toolsIn: nil), request: try retention.request(job: job),
                stores: try store.map { try assembly.store($0, storeOptions) })
            let report = dryRun ? try await operation.preview() : try await operation.execute()
            assembly.progress.finish()
            try PruneRendering.print(report, isPreview: dryRun, json: global.json, quiet: global.quiet)
            try Self.fail(report)
        }
    }

    /// The failure itself where it is the only one and nothing was done before it.
    private static func fail(_ report: PruneReport) throws {
        let failures = report.stores.compactMap(\.failure)
        guard let first = failures.first else { return }
        if report.outcome == .failed { throw first }
        for failure in failures { StandardError.write(ErrorRendering.text(of: failure)) }
        throw ArgumentParser.ExitCode(ExitCode.partial.rawValue)
    }
}
