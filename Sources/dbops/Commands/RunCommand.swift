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

            EXAMPLES
              dbops run nightly
              dbops run nightly --scheduled-at 2026-11-21T01:00:00Z
            """)

    @Argument(help: "A job of the job file.")
    var job: String

    @Option(
        help: ArgumentHelp(
            "The instant that this run was due at, as 2026-11-21T01:00:00Z.", valueName: "instant"))
    var scheduledAt: String?

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
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
            let (ended, result) = try await ManualRun(
                assembly: assembly, job: job, configuration: configuration,
                scheduledAt: scheduledAt.flatMap { CivilTime(rfc3339: $0) }
            ).run(toolsIn: pgBin)
            assembly.progress.finish()
            try RunRendering.print(ended, json: global.json, quiet: global.quiet)
            if let code = Self.exitCode(ended, result) { throw ArgumentParser.ExitCode(code.rawValue) }
        }
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
