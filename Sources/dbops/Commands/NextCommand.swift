import ArgumentParser
import Daemon
import JobModel

/// `dbops next`
struct NextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Show when jobs, or a schedule, fire.",
        discussion: """
            Without --expression the jobs of the job file are shown, or the one that is
            named.

            EXAMPLES
              dbops next
              dbops next nightly --count 10 --explain
              dbops next --expression "0 2 * * *" --timezone Europe/Berlin
              dbops next --expression "*/15 2 * * *" --timezone America/New_York --explain
              dbops next --expression @daily --after 2027-01-01T00:00:00Z --count 1 --json
            """)

    @Argument(help: "A job of the job file. Default: all that have a schedule.")
    var job: String?

    @Option(help: ArgumentHelp("Five fields of cron, or a nickname such as @daily.", valueName: "cron"))
    var expression: String?

    @Option(
        help: ArgumentHelp(
            "With --expression: the IANA name of the zone whose clocks are meant. Default: UTC.", valueName: "zone"))
    var timezone: String?

    @Option(name: .shortAndLong, help: "How many firings, from 1 to 10000.")
    var count = 5

    @Option(
        help: ArgumentHelp(
            "The firings after this instant, such as 2027-01-01T00:00:00Z. Default: now.", valueName: "instant"))
    var after: String?

    @Flag(help: "Tell for 400 days when clock changes skip, move or double firings.")
    var explain = false

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("--count must be from 1 to 10000") }
        if expression != nil, job != nil || jobFile.config != nil {
            throw ValidationError(
                "--expression is for schedules that are in no job file: leave out the job and --config.")
        }
        if timezone != nil, expression == nil { throw ValidationError("--timezone goes with --expression.") }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let start = try assembly.instant(after)
            let rendering = ScheduleRendering(json: global.json, explains: explain)
            if let expression {
                let zone = try assembly.zones.rules(named: timezone ?? "UTC")
                let expression = try CronExpression(parsing: expression)
                guard let schedule = Schedule(job: "", trigger: .cron(expression), zone: zone) else { return }
                return try rendering.print(name: nil, schedule, count: count, after: start)
            }
            let schedules = try schedules(assembly)
            for (name, schedule) in schedules {
                try rendering.print(name: name, schedule, count: count, after: start)
            }
            if explain, !global.json {
                let usual = await usualDurations(assembly)
                rendering.print(
                    ScheduleForecast(
                        of: schedules.map {
                            .init(name: $0.name, schedule: $0.schedule, usualDuration: usual[$0.name])
                        },
                        from: start))
            }
        }
    }

    /// Those of the jobs that are wanted and that time starts.
    private func schedules(_ assembly: Assembly) throws -> [(name: String, schedule: Schedule)] {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        if let job, configuration.job(named: job) == nil {
            throw UnknownJobError(name: job, known: configuration.jobs.map(\.name))
        }
        let wanted = try assembly.scheduledJobs(configuration).filter { job == nil || $0.job.name == job }
        if let only = wanted.first, job != nil, only.schedule == nil {
            StandardError.write("\(only.job.name) has no schedule: it runs \(only.job.trigger.words).")
        }
        return wanted.compactMap { entry in entry.schedule.map { (entry.job.name, $0) } }
    }
}

extension NextCommand {
    /// How long the jobs took lately, in the mean; nothing where there is no history to tell.
    private func usualDurations(_ assembly: Assembly) async -> [String: Duration] {
        guard let settings = try? assembly.jobFile(jobFile).load().configuration.daemon,
            let ledger = try? await assembly.historyForReading(settings.state)
        else { return [:] }
        var query = RunQuery()
        query.outcomes = [.succeeded, .partial]
        query.omitsTexts = true
        query.limit = 1_000
        let runs = (try? await ledger.runs(query)) ?? []
        await ledger.close()
        return Dictionary(grouping: runs, by: \.job).mapValues { runs in
            let seconds = runs.compactMap { run in
                run.startedAt.flatMap { start in run.endedAt.map { $0.secondsSinceEpoch - start.secondsSinceEpoch } }
            }
            return .seconds(seconds.reduce(0, +) / max(seconds.count, 1))
        }
    }
}

extension JobTrigger {
    fileprivate var words: String {
        if case .after(let other) = self { return "after \(other)" }
        return "by hand only"
    }
}
