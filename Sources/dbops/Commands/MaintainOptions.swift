import ArgumentParser
import JobModel

/// What is maintained, where no job file says it.
struct MaintainOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Tables to vacuum: needed, all, off. Default: needed.", valueName: "which"))
    var vacuum: MaintainJob.Scope?

    @Option(help: ArgumentHelp("Tables to analyze: needed, all, off. Default: needed.", valueName: "which"))
    var analyze: MaintainJob.Scope?

    @Option(
        help: ArgumentHelp(
            "Indexes to rebuild: bloated, off. Default: off. Without a job file this needs pgstattuple.",
            valueName: "which"))
    var reindex: MaintainJob.Reindex?

    @Option(
        help: ArgumentHelp(
            "Only such tables, SCHEMA.TABLE with * for anything. It may be said several times.", valueName: "pattern"))
    var table: [String] = []

    @Option(help: ArgumentHelp("Not such tables.", valueName: "pattern"))
    var excludeTable: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long it may take, for instance 2h; then nothing is begun, and what runs is cancelled.",
            valueName: "duration"))
    var window: String?

    @Option(help: ArgumentHelp("PostgreSQL's vacuum_cost_limit. Default: 400.", valueName: "number"))
    var costLimit: Int?

    @Option(
        help: ArgumentHelp("Leave alone what was vacuumed more recently. Default: 10m.", valueName: "duration"))
    var minInterval: String?

    @Option(help: ArgumentHelp("Rebuild what would free at least so much. Default: 64.", valueName: "MiB"))
    var reindexMinWaste: Int?

    func validate() throws {
        guard (1...10_000).contains(costLimit ?? 400) else { throw ValidationError("--cost-limit takes 1 to 10000") }
        guard (0...(1 << 30)).contains(reindexMinWaste ?? 0) else {
            throw ValidationError("--reindex-min-waste takes a number of MiB")
        }
        if let window, try Self.duration(window, of: "--window") == .zero {
            throw ValidationError("--window takes more than no time")
        }
        if let minInterval { _ = try Self.duration(minInterval, of: "--min-interval") }
        guard !(table + excludeTable).contains("") else { throw ValidationError("a pattern is empty") }
        if vacuum == .off, analyze == .off, reindex ?? .off == .off {
            throw ValidationError("nothing is left to do: vacuum, analyze and reindex are all off")
        }
    }

    /// The first option that was given; nil for none.
    var given: String? {
        let options = [
            ("--vacuum", vacuum != nil), ("--analyze", analyze != nil), ("--reindex", reindex != nil),
            ("--table", !table.isEmpty), ("--exclude-table", !excludeTable.isEmpty), ("--window", window != nil),
            ("--cost-limit", costLimit != nil), ("--min-interval", minInterval != nil),
            ("--reindex-min-waste", reindexMinWaste != nil),
        ]
        return options.first(where: \.1)?.0
    }

    /// Nil for no limit.
    func windowLength() throws -> Duration? {
        try window.map { try Self.duration($0, of: "--window") }
    }

    func job() throws -> MaintainJob {
        var job = MaintainJob(database: "")
        job.vacuum = vacuum ?? job.vacuum
        job.analyze = analyze ?? job.analyze
        job.reindex = reindex ?? job.reindex
        job.tables = table.compactMap(TablePattern.init)
        job.excludedTables = excludeTable.compactMap(TablePattern.init)
        job.costLimit = costLimit ?? job.costLimit
        job.reindexMinWasteInMiB = reindexMinWaste ?? job.reindexMinWasteInMiB
        if let minInterval { job.minInterval = try Self.duration(minInterval, of: "--min-interval") }
        return job
    }

    private static func duration(_ text: String, of option: String) throws -> Duration {
        guard let duration = DurationText.duration(text) else {
            throw ValidationError("\(option) takes a duration such as 90s or 2h; not \"\(text)\"")
        }
        return duration
    }
}

extension MaintainJob.Scope: ExpressibleByArgument {}
extension MaintainJob.Reindex: ExpressibleByArgument {}
