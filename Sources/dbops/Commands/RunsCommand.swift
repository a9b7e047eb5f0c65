import ArgumentParser
import JobModel

/// `dbops runs`
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List what ran, what did not, and why.",
        discussion: """
            Every instant of a schedule has one outcome: succeeded, partial, failed,
            skipped, missed, cancelled or interrupted. What has none yet is running.

            EXAMPLES
              dbops runs
              dbops runs nightly --outcome failed,missed --since 7d
              dbops runs --since 2026-11-01 --until 2026-12-01 --limit 1000 --json
              dbops runs --state postgresql://dbops@db.internal/dbops
            """)

    @Argument(help: "Only the runs of this job.")
    var job: String?

    @Option(help: ArgumentHelp("Only these outcomes, separated by commas; also running.", valueName: "outcomes"))
    var outcome: OutcomeFilter?

    @Option(
        help: ArgumentHelp(
            "Only what was due or started since: 7d, 12h, 2026-11-21 or 2026-11-21T02:00:00Z, in UTC.",
            valueName: "when"))
    var since: InstantArgument?

    @Option(help: ArgumentHelp("Only what was due or started before.", valueName: "when"))
    var until: InstantArgument?

    @Option(help: ArgumentHelp("At most this many, the newest.", valueName: "count"))
    var limit = 50

    @OptionGroup(title: "History") var history: HistoryOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let ledger = try await assembly.historyForReading(history.place(assembly))
            let runs = try await find(in: ledger, now: CivilTime(SystemWallClock().now))
            try RunsRendering.print(runs, json: global.json, quiet: global.quiet)
            if runs.isEmpty, let unknown = unknownJob(assembly) { StandardError.write("Note: \(unknown)") }
        }
    }

    /// A job that was renamed has runs all the same, so it is no error.
    private func unknownJob(_ assembly: Assembly) -> String? {
        guard let job, let configuration = try? assembly.jobFile(history.jobFile).loadIfThere()?.configuration,
            configuration.job(named: job) == nil
        else { return nil }
        let error = UnknownJobError(name: job, known: configuration.jobs.map(\.name))
        return [error.message, error.hint].compactMap { $0 }.joined(separator: ". ")
    }

    private func find(in ledger: any RunLedger, now: CivilTime) async throws -> [Run] {
        var query = RunQuery()
        query.job = job
        query.outcomes = outcome?.outcomes ?? []
        query.since = since?.instant(now: now)
        query.until = until?.instant(now: now)
        query.limit = limit
        query.omitsTexts = true
        guard let outcome, outcome.wantsRunning else { return try await ledger.runs(query) }
        let running = try await ledger.unfinished().filter { run in
            (job == nil || job == run.job) && query.since.map { run.instant >= $0 } ?? true
                && query.until.map { run.instant < $0 } ?? true
        }
        let ended = outcome.outcomes.isEmpty ? [] : try await ledger.runs(query)
        return Array((running + ended).sorted { $0.instant > $1.instant }.prefix(limit))
    }
}

/// `failed,missed,running`
struct OutcomeFilter: ExpressibleByArgument {
    let outcomes: Set<RunOutcome>
    let wantsRunning: Bool

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let known = names.filter { $0 != "running" }.map(RunOutcome.init)
        guard !known.contains(nil) else { return nil }
        outcomes = Set(known.compactMap { $0 })
        wantsRunning = names.contains("running")
    }

    static var allValueStrings: [String] { RunOutcome.allCases.map(\.rawValue) + ["running"] }
}

/// An instant as people write it: how long ago, a day, or a whole instant.
enum InstantArgument: ExpressibleByArgument {
    case ago(Duration)
    case at(CivilTime)

    init?(argument: String) {
        let digits = argument.filter { $0 != "-" && $0 != ":" }
        if let instant = CivilTime(compactText: digits), instant.text == argument {
            self = .at(instant)
        } else if let day = CivilTime(compactText: digits + "T000000Z"), day.text.hasPrefix(argument) {
            self = .at(day)
        } else if let duration = DurationText.duration(argument) {
            self = .ago(duration)
        } else {
            return nil
        }
    }

    func instant(now: CivilTime) -> CivilTime {
        switch self {
        case .at(let instant): instant
        case .ago(let duration):
            CivilTime(secondsSinceEpoch: now.secondsSinceEpoch - Int(duration.components.seconds))
        }
    }
}
