import ArgumentParser
import JobModel
import Operations

/// `dbops maintain`
struct MaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain", abstract: "VACUUM, ANALYZE and REINDEX what needs it.",
        discussion: """
            Tables are chosen by need: dead, inserted and changed rows against each table's
            own thresholds of autovacuum, the age of what is not frozen, missing
            statistics, partitioned tables, which autovacuum never analyzes. One statement
            per table, with pauses, skipping what is locked, inside a window. Never on a
            standby, beside a dump of the database, or where autovacuum is at work.

            A JOB of the job file is run as the file says, and recorded in the history; its
            window is how long it may take. --dry-run prints the statements with reasons.

            EXAMPLES
              dbops maintain housekeeping --dry-run
              dbops maintain housekeeping
              dbops maintain --database postgresql://owner@db/shop --dry-run
              dbops maintain --database postgresql:///shop --window 2h \\
                --exclude-table "public.events_*"
            """)

    @Argument(help: "A job of kind maintain of the job file.")
    var job: String?

    @Option(
        help: ArgumentHelp("Without a job file: the database, as any libpq URL or conninfo.", valueName: "url"))
    var database: String?

    @Flag(help: "Print the statements that would be run, with reasons, and run none.")
    var dryRun = false

    @OptionGroup(title: "What is done") var options: MaintainOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        switch (job, database) {
        case (nil, nil): throw ValidationError("Name a JOB of the job file, or --database.")
        case (_?, _?): throw ValidationError("Name either a JOB of the job file, or --database.")
        case (_?, nil):
            if let option = options.given ?? (connection.passwordFile == nil ? nil : "--password-file") {
                throw ValidationError("\(option) goes with --database; a job is run as the job file says.")
            }
        case (nil, _?): break
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            if let database {
                try await byOptions(database, assembly)
            } else {
                try await byJobFile(assembly)
            }
        }
    }

    private var rendering: MaintainRendering { MaintainRendering(json: global.json, quiet: global.quiet) }

    private func byOptions(_ database: String, _ assembly: Assembly) async throws {
        let operation = MaintainOperation(
            context: assembly.context(toolsIn: connection.pgBin), connection: try connection.connection(database),
            job: try options.job(), window: try options.windowLength())
        if dryRun {
            let preview = try await operation.preview()
            assembly.progress.finish()
            return try rendering.print(preview)
        }
        let report = try await operation.execute()
        assembly.progress.finish()
        try rendering.print(report)
        try Self.exit(report.outcome, report.category)
    }

    private func byJobFile(_ assembly: Assembly) async throws {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        let job = try assembly.job(job ?? "", ofKind: "maintain", in: configuration)
        if dryRun {
            let preview = try await assembly.preview(of: job, in: configuration, toolsIn: connection.pgBin)
            return try JobPreviewRendering.print(preview, json: global.json, quiet: global.quiet)
        }
        let (run, result) = try await ManualRun(assembly: assembly, job: job, configuration: configuration)
            .run(toolsIn: connection.pgBin)
        assembly.progress.finish()
        try rendering.print(run, report: result.report)
        try Self.exit(run.outcome ?? .failed, result.category)
    }

    /// Throws the code of what did not succeed.
    private static func exit(_ outcome: RunOutcome, _ category: FailureCategory?) throws {
        let code: ExitCode
        switch outcome {
        case .succeeded: return
        case .partial: code = .partial
        case .skipped, .missed: code = .tryLater
        case .cancelled: code = .interrupted
        case .failed, .interrupted: code = category.map { ExitCode($0) } ?? .failed
        }
        throw ArgumentParser.ExitCode(code.rawValue)
    }
}
