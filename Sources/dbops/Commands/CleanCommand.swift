import ArgumentParser
import JobFile
import JobModel
import Logging
import Operations

/// `dbops clean`
struct CleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean", abstract: "Delete the old rows of a table, in short transactions.",
        discussion: """
            Rows are picked along an index, those that somebody has locked left out, and
            deleted in batches that adapt to the server; while a standby lags, a backup
            runs or sessions wait for locks, it waits. The cutoff is fixed once. In the
            end it counts what is left.

            A JOB of the job file is run as the file says, recorded, and goes on where a
            killed run has ended. Without a job file name --database, --table, --column
            and --older-than.

            EXAMPLES
              dbops clean sessions --dry-run
              dbops clean --database postgresql:///shop --table public.sessions \\
                --column expires_at --older-than 30d
              dbops clean --database postgresql:///shop --table public.notifications \\
                --column created_at --older-than 90d --where "read = true" --dry-run
            """)

    @Argument(help: "A job of kind clean of the job file.")
    var job: String?

    @Option(
        help: ArgumentHelp("Without a job file: the database, as any libpq URL or conninfo.", valueName: "url"))
    var database: String?

    @OptionGroup(title: "Which rows") var rows: CleanOptions

    @Flag(help: "Print what would be deleted and how, and delete nothing.")
    var dryRun = false

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard (database == nil) != (job == nil) else {
            throw ValidationError("Name either a JOB of the job file, or --database with --table.")
        }
        if database == nil, rows.isGiven || connection.passwordFile != nil {
            throw ValidationError("Options of the rows go with --database; a job is run as the job file says.")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            if let job { return try await run(job, assembly) }
            let operation = CleanOperation(
                context: assembly.context(toolsIn: connection.pgBin),
                connection: try connection.connection(database ?? ""), job: try rows.job())
            guard !dryRun else { return try show(try await operation.preview(), assembly) }
            let report = try await operation.execute()
            assembly.progress.finish()
            try CleanRendering.print(report: report.text(), [:], json: global.json, quiet: global.quiet)
            try Self.fail(report.outcome, report.category, report.message)
        }
    }

    private func run(_ name: String, _ assembly: Assembly) async throws {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        let known = configuration.jobs.filter { $0.kind.name == "clean" }.map(\.name)
        guard let job = configuration.job(named: name), case .clean(let settings) = job.kind else {
            throw UnknownJobError(name: name, known: known)
        }
        if dryRun { return try show(try await preview(name, settings, configuration, assembly), assembly) }
        let (run, result) = try await ManualRun(assembly: assembly, job: job, configuration: configuration)
            .run(toolsIn: connection.pgBin)
        assembly.progress.finish()
        guard let report = result.report else {
            if run.outcome == .succeeded { return }
            throw RunFailedError(run: run, result: result)
        }
        let names = ["job": run.job, "run": run.id.description]
        try CleanRendering.print(report: report, names, json: global.json, quiet: global.quiet)
        try Self.fail(run.outcome ?? .failed, result.category, run.message)
    }

    /// With the memory of the job, so that it is known whether it would be the first run.
    private func preview(
        _ name: String, _ settings: CleanJob, _ configuration: Configuration, _ assembly: Assembly
    ) async throws -> CleanPlan {
        let database = try configuration.requiredDatabase(named: settings.database)
        let diary = assembly.diary(configuration.daemon, logger: assembly.logger(.warning))
        let operation = CleanOperation(
            context: assembly.context(toolsIn: nil), connection: try assembly.targets.primary(of: database),
            job: settings, jobName: name, memory: diary)
        let plan = try await operation.preview()
        await diary.close()
        return plan
    }

    private func show(_ plan: CleanPlan, _ assembly: Assembly) throws {
        assembly.progress.finish()
        try CleanRendering.print(plan, json: global.json)
        if !plan.refusals.isEmpty { throw ArgumentParser.ExitCode(ExitCode.configuration.rawValue) }
    }

    private static func fail(_ outcome: RunOutcome, _ category: FailureCategory?, _ message: String?) throws {
        guard outcome != .succeeded else { return }
        if let message { StandardError.write("Error: \(message)") }
        let code = outcome == .partial ? ExitCode.partial : category.map { ExitCode($0) } ?? .failed
        throw ArgumentParser.ExitCode(code.rawValue)
    }
}
