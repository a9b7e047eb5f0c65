import ArgumentParser
import JobModel

/// `dbops log`
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show one run: what was planned, done and said.",
        discussion: """
            EXAMPLES
              dbops log k3v7qahd2mxz
              dbops log k3v --json
              dbops log nightly@latest
            """)

    @Argument(help: "The run: its id, or as much of its beginning as no other run shares, or JOB@latest.")
    var run: String

    @OptionGroup(title: "History") var history: HistoryOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let ledger = try await assembly.historyForReading(history.place(assembly))
            let found = try await find(in: ledger)
            try RunLogRendering.print(found, log: try await ledger.log(of: found.id), json: global.json)
        }
    }

    private func find(in ledger: any RunLedger) async throws -> Run {
        if let job = run.jobOfLatest { return try await latest(of: job, in: ledger) }
        var query = RunQuery()
        query.idPrefix = run
        query.limit = AmbiguousRunError.mostShown + 1
        let found = try await ledger.runs(query)
        guard let first = found.first else { throw UnknownRunError(text: run) }
        guard found.count == 1 else { throw AmbiguousRunError(text: run, runs: found) }
        return first
    }

    private func latest(of job: String, in ledger: any RunLedger) async throws -> Run {
        var query = RunQuery()
        query.job = job
        query.limit = 1
        guard let newest = try await ledger.runs(query).first else { throw UnknownRunError(text: run) }
        return newest
    }
}

extension String {
    /// `nightly` of `nightly@latest`.
    fileprivate var jobOfLatest: String? { hasSuffix("@latest") ? String(dropLast("@latest".count)) : nil }
}

/// No run has this name.
struct UnknownRunError: UserFacingError {
    let text: String
    var message: String { "the history has no run \"\(text)\"" }
    var hint: String? { "See which there are: dbops runs. What is older than the history reaches back is forgotten." }
    var category: FailureCategory { .unavailable }
}

/// Several runs have names that begin so.
struct AmbiguousRunError: UserFacingError {
    static let mostShown = 5

    let text: String
    let runs: [Run]
    var message: String {
        let names = runs.prefix(Self.mostShown).map { "\($0.id) (\($0.job), \($0.instant.text))" }
        let more = runs.count > Self.mostShown ? " and more" : ""
        return "\"\(text)\" begins the names of several runs: \(names.joined(separator: ", "))\(more)"
    }
    var hint: String? { "Give more of the name." }
    var category: FailureCategory { .usage }
}
