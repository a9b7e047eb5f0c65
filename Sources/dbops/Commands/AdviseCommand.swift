import ArgumentParser
import JobModel
import Operations
import Postgres

/// `dbops advise`
struct AdviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise", abstract: "Say what is wrong in a database and its server, or soon will be.",
        discussion: """
            Read-only, and in a way that cannot hurt: no statement runs longer than 3 s or
            waits for a lock longer than 100 ms. With --explain each finding comes with
            what it rests on, why it may be wrong, and the statements that would set it
            right with their lock and risk; nothing of that is run. A check that cannot be
            made is said, and fails nothing.

            By JOB the run is recorded: findings then have the day of their first sight,
            are reported once more when they are gone, and those that the job file
            suppresses are left out.

            Exit code 1 with --fail-on: a finding is as severe as that, or more.

            EXAMPLES
              dbops advise --database postgresql://monitor@db.internal/shop
              dbops advise checkup --explain
              dbops advise checkup --fail-on critical
              dbops advise --database postgresql:///shop \\
                --only duplicate-index,unused-index --json
              dbops advise --database postgresql:///shop \\
                --pgbouncer postgresql://stats@pooler:6432/pgbouncer
              dbops advise --list
            """)

    @Argument(help: "A job of kind advise of the job file.")
    var job: String?

    @Option(help: ArgumentHelp("The database, where no job file says it: a libpq URL or conninfo.", valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A standby of it, which knows what is used there. May be said several times.", valueName: "url"))
    var standby: [String] = []

    @Option(
        help: ArgumentHelp(
            "The admin console of a PgBouncer before it: its pools are looked at, too.", valueName: "url"))
    var pgbouncer: String?

    @Option(help: ArgumentHelp("A file with the password for the admin console.", valueName: "file"))
    var pgbouncerPasswordFile: String?

    @Option(
        help: ArgumentHelp(
            "Exit with 1 for findings of this severity: notice, warning, critical.", valueName: "severity"))
    var failOn: AdviceSeverity?

    @Option(help: ArgumentHelp("Only these checks, separated by commas.", valueName: "ids"))
    var only: String?

    @Flag(help: "Print each finding with its reasons, and the statements that would set it right.")
    var explain = false

    @Flag(help: "Print the checks and what they look for, and connect to nothing.")
    var list = false

    @Flag(help: "Print which checks would be made, and make none.")
    var dryRun = false

    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if list { return }
        if job == nil, database == nil { throw ValidationError("Name a job of the job file, or --database.") }
        if job != nil, database != nil || !standby.isEmpty || pgbouncer != nil {
            throw ValidationError("Name a job, or --database, --standby and --pgbouncer: not both.")
        }
        if pgbouncerPasswordFile != nil, pgbouncer == nil {
            throw ValidationError("--pgbouncer-password-file goes with --pgbouncer.")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            if list { return try AdviseRendering.print(AdviceCheck.all, json: global.json) }
            if dryRun {
                let settings = try settings(assembly)
                let chosen = AdviseRequest.checks(
                    for: settings, hasPgBouncer: (settings.pgbouncerURL ?? pgbouncer) != nil)
                return try AdviseRendering.print(chosen, json: global.json)
            }
            let settings = try settings(assembly)
            let report = try await job == nil ? byOptions(settings, assembly) : byJobFile(settings, assembly)
            assembly.progress.finish()
            try AdviseRendering(json: global.json, quiet: global.quiet, explains: explain).print(report)
            guard let threshold = settings.failOn, report.isFailure(threshold) else { return }
            throw ArgumentParser.ExitCode(ExitCode(.findings).rawValue)
        }
    }

    private func byOptions(_ settings: AdviseJob, _ assembly: Assembly) async throws -> AdviseReport {
        var request = AdviseRequest(connection: try connection.connection(database ?? ""), settings: settings)
        request.standbys = try standby.map { try connection.connection($0) }
        request.pgbouncer = try pgbouncer.map {
            try ConnectionOptions.connection($0, passwordFile: pgbouncerPasswordFile)
        }
        return try await AdviseOperation(
            context: assembly.context(toolsIn: nil), request: request, memory: NoJobMemory()
        ).execute()
    }

    /// A run on record; what it reports is what the history keeps.
    private func byJobFile(_ settings: AdviseJob, _ assembly: Assembly) async throws -> AdviseReport {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        var job = try adviseJob(configuration).job
        job.kind = .advise(settings)
        let (ended, result) = try await ManualRun(assembly: assembly, job: job, configuration: configuration)
            .run(toolsIn: nil)
        guard let report = result.report.flatMap(AdviseReport.init(json:)) else {
            throw RunFailedError(run: ended, result: result)
        }
        return report
    }

    // MARK: - Settings

    /// What the job says, or nothing, changed by the options.
    private func settings(_ assembly: Assembly) throws -> AdviseJob {
        var settings = AdviseJob(database: "")
        if job != nil {
            settings = try adviseJob(try assembly.jobFile(jobFile).load().configuration).settings
        } else if let database {
            settings.database = try connection.connection(database).database ?? "database"
        }
        if let only { settings.only = try Self.ids(only) }
        if let failOn { settings.failOn = failOn }
        return settings
    }

    private func adviseJob(_ configuration: Configuration) throws -> (job: Job, settings: AdviseJob) {
        let all = configuration.jobs.compactMap { job -> (job: Job, settings: AdviseJob)? in
            if case .advise(let settings) = job.kind { (job, settings) } else { nil }
        }
        guard let found = all.first(where: { $0.job.name == job }) else {
            throw UnknownJobError(name: job ?? "", known: all.map(\.job.name))
        }
        return found
    }

    private static func ids(_ text: String) throws -> [AdviceID] {
        try text.split(separator: ",").map { word in
            if let id = AdviceID(rawValue: String(word)) { return id }
            let suggestion = NearestName.suggestion(for: String(word), among: AdviceID.allCases.map(\.rawValue))
            throw ValidationError("no check is called \"\(word)\"\(suggestion); see dbops advise --list")
        }
    }
}

extension AdviceSeverity: ExpressibleByArgument {}
