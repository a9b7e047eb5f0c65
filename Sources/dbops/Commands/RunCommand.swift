import ArgumentParser
import Foundation
import JobModel
import Kubernetes
import Operations

/// `dbops run JOB`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a job once, now.",
        discussion: """
            The same run that the daemon makes: with the job's locks, retries, timeout and
            notifications, and a record in the history. With --scheduled-at the instant that
            was due gets the record, and is run only once; a pod of a CronJob says it by
            --cronjob-run, with the name of its Job, and waits for the job's spread. With
            --chain the jobs that come after this one are run as well, each when the one
            before it has succeeded, at least in part.
            With --dry-run nothing is done and nothing recorded: it prints what a backup
            would copy, which backup would be proven and where, what retention would delete.

            EXAMPLES
              dbops run nightly
              dbops run nightly --dry-run
              dbops run nightly --scheduled-at 2026-11-21T01:00:00Z
              dbops run nightly --chain --cronjob-run dbops-nightly-29397660
            """)

    @Argument(help: "A job of the job file.")
    var job: String

    @Option(
        help: ArgumentHelp(
            "The instant that this run was due at, as 2026-11-21T01:00:00Z.", valueName: "instant"))
    var scheduledAt: String?

    @Option(
        help: ArgumentHelp(
            "The name of the Kubernetes Job whose pod this is; a CronJob has put the instant into it.",
            valueName: "name"))
    var cronjobRun: String?

    @Flag(help: "Then run the jobs that come after it.")
    var chain = false

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
        if dryRun, chain { throw ValidationError("--dry-run looks at one job: leave --chain out.") }
        if scheduledAt != nil, cronjobRun != nil {
            throw ValidationError("--scheduled-at and --cronjob-run both say when the run was due: leave one out.")
        }
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
            let instant = try await dueInstant(of: job)
            let runs = ChainedRuns(
                assembly: assembly, configuration: configuration, toolsIn: pgBin, kubernetesJob: cronjobRun)
            let code = try await runs.run(job, at: instant, withFollowers: chain)
            if let code { throw ArgumentParser.ExitCode(code.rawValue) }
        }
    }

    /// When the run was due; nil for one by hand. A CronJob starts at whole minutes, and the rest of the job's own offset
    /// is waited for here.
    private func dueInstant(of job: Job) async throws -> CivilTime? {
        if let scheduledAt { return CivilTime(rfc3339: scheduledAt) }
        let now = CivilTime(Date())
        guard let cronjobRun, let started = CronJobRunName.instant(in: cronjobRun, now: now) else { return nil }
        let offset = Schedule.offsetInSeconds(of: job.name, within: job.spread)
        let due = CivilTime(secondsSinceEpoch: started.secondsSinceEpoch + offset)
        if due > now {
            if !global.quiet { StandardError.write("Waiting until \(due.text), as the job's spread says.") }
            try await Task.sleep(for: .seconds(due.secondsSinceEpoch - now.secondsSinceEpoch))
        }
        return due
    }

    private func preview(_ job: Job, _ configuration: Configuration, _ assembly: Assembly) async throws {
        let preview = try await assembly.preview(of: job, in: configuration, toolsIn: pgBin)
        try JobPreviewRendering.print(preview, json: global.json, quiet: global.quiet)
        if case .prune(let reports) = preview { try PruneCommand.fail(PruneReport(stores: reports.flatMap(\.stores))) }
    }
}
