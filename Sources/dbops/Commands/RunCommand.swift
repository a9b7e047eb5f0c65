import ArgumentParser
import Foundation
import JobModel
import Logging
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
            let diary = assembly.diary(configuration.daemon, logger: assembly.logger(.warning))
            let run = try await claim(job, in: diary, assembly)
            let outbox = try assembly.outbox(logger: assembly.logger(.warning))
            let runner = assembly.runner(diary, outbox, reporter: assembly.progress, toolsIn: pgBin)
            let (ended, result) = await outbox.delivering {
                await runner.run(job, of: configuration, as: run, stop: StopSignal())
            }
            await diary.close()
            assembly.progress.finish()
            try RunRendering.print(ended, json: global.json, quiet: global.quiet)
            if let code = Self.exitCode(ended, result) { throw ArgumentParser.ExitCode(code.rawValue) }
        }
    }

    /// Puts the start on record. A history that does not work is a warning: it has been said.
    private func claim(_ job: Job, in diary: RunDiary, _ assembly: Assembly) async throws -> Run {
        let run = Run(
            id: assembly.newRunID(), job: job.name, kind: job.kind.name,
            trigger: scheduledAt == nil ? .manual : .schedule,
            scheduledAt: scheduledAt.flatMap { CivilTime(rfc3339: $0) },
            startedAt: CivilTime(Date()), host: assembly.identity.description)
        switch await diary.claim([run]) {
        case .granted(let ids):
            guard ids.contains(run.id) else { throw InstantTakenError(job: job.name, instant: scheduledAt ?? "") }
        case .unavailable:
            await diary.adopt([run])
        }
        return run
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

/// The instant has a record already: it was run, or is being run, by somebody else.
struct InstantTakenError: UserFacingError {
    let job: String
    let instant: String
    var message: String { "\(job) has a run for \(instant) already" }
    var hint: String? { "See dbops runs \(job)." }
    var category: FailureCategory { .tryLater }
}
