import ArgumentParser
import JobModel
import Operations

/// `dbops run JOB`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a job once, now.",
        discussion: """
            The same run that the daemon makes: with the job's locks, retries, timeout and
            notifications, and a record in the history. A CronJob pod runs one job so; with
            --scheduled-at the instant that was due gets the record, and is run only once.
            With --dry-run nothing is done and nothing recorded: it prints what a backup
            would copy, which backup would be proven and where, what retention would delete.

            EXAMPLES
              dbops run nightly
              dbops run nightly --dry-run
              dbops run nightly --scheduled-at 2026-11-21T01:00:00Z
            """)

    @Argument(help: "A job of the job file.")
    var job: String

    @Option(
        help: ArgumentHelp(
            "The instant that this run was due at, as 2026-11-21T01:00:00Z.", valueName: "instant"))
    var scheduledAt: String?

    @Flag(help: "Print what the run would do, and do nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if dryRun, scheduledAt != nil { throw ValidationError("--dry-run records nothing: leave --scheduled-at out.") }
        if let scheduledAt, CivilTime(rfc3339: scheduledAt) == nil {
            throw ValidationError("--scheduled-at takes an instant like 2026-11-21T01:00:00Z, not \"\(scheduledAt)\"")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let configuration = try assembly.jobFile(jobFile).load().configuration
            guard let job = configuration.job(named: job) else {
                throw UnknownJobError(name: job, known: configuration.jobs.map(\.name))
            }
            if dryRun { return try await preview(job, configuration, assembly) }
            let (ended, result) = try await ManualRun(
                assembly: assembly, job: job, configuration: configuration,
                scheduledAt: scheduledAt.flatMap { CivilTime(rfc3339: $0) }
            ).run(toolsIn: pgBin)
            assembly.progress.finish()
            try RunRendering.print(ended, json: global.json, quiet: global.quiet)
            if let code = Self.exitCode(ended, result) { throw ArgumentParser.ExitCode(code.rawValue) }
        }
    }

    private func preview(_ job: Job, _ configuration: Configuration, _ assembly: Assembly) async throws {
        let preview = try await assembly.preview(of: job, in: configuration, toolsIn: pgBin)
        try JobPreviewRendering.print(preview, json: global.json, quiet: global.quiet)
        if case .prune(let reports) = preview { try PruneCommand.fail(PruneReport(stores: reports.flatMap(\.stores))) }
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
