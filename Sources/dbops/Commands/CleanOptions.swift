import ArgumentParser
import JobModel

/// Which rows of which table go, and what may be done for it; as the keys of the job file.
struct CleanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The table, as SQL writes it: public.sessions.", valueName: "schema.table"))
    var table: String?

    @Option(help: ArgumentHelp("The column that holds a row's age.", valueName: "column"))
    var column: String?

    @Option(
        help: ArgumentHelp(
            "The IANA zone of a column without one, such as UTC. Default: unknown; rows stay 12 h longer.",
            valueName: "zone"))
    var columnTimezone: String?

    @Option(help: ArgumentHelp("Rows older than this go: 12h, 30d.", valueName: "duration"))
    var olderThan: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("What else must hold for a row to go, in SQL.", valueName: "condition"))
    var condition: String?

    @Option(
        help: ArgumentHelp(
            "Refuse to delete more of the table than this. Default: 0.3.", valueName: "fraction"))
    var maxFraction: Double?

    @Option(help: ArgumentHelp("Partitions that are old as a whole: delete their rows, or drop them. Default: delete."))
    var partitions: CleanJob.Partitions?

    @Option(help: ArgumentHelp("The part of the time that is spent deleting. Default: 0.05.", valueName: "fraction"))
    var duty: Double?

    @Option(
        help: ArgumentHelp(
            "How long to wait at a stretch while the server has it hard. Default: 10m.", valueName: "duration"))
    var maxPause: String?

    @Option(
        help: ArgumentHelp(
            "What is refused otherwise: index, cascades, triggers, fraction, age. May be said several times.",
            valueName: "risk"))
    var force: [CleanJob.Risk] = []

    var isGiven: Bool {
        table != nil || column != nil || columnTimezone != nil || olderThan != nil || condition != nil
            || maxFraction != nil || partitions != nil || duty != nil || maxPause != nil || !force.isEmpty
    }

    func job() throws -> CleanJob {
        guard let table, let column, let olderThan else {
            throw ValidationError("--database needs --table, --column and --older-than.")
        }
        var job = CleanJob(
            database: "", table: table, column: column, olderThan: try Self.duration(olderThan, "--older-than"))
        job.columnTimezone = columnTimezone
        job.condition = condition
        job.maxFraction = try Self.fraction(maxFraction, "--max-fraction") ?? job.maxFraction
        job.partitions = partitions ?? job.partitions
        job.duty = try Self.fraction(duty, "--duty") ?? job.duty
        if let maxPause { job.maxPause = try Self.duration(maxPause, "--max-pause") }
        job.force = Set(force)
        return job
    }

    private static func duration(_ text: String, _ option: String) throws -> Duration {
        guard let duration = DurationText.duration(text), duration > .zero else {
            throw ValidationError("\(option) takes a duration such as 90s, 12h or 30d, not \"\(text)\"")
        }
        return duration
    }

    private static func fraction(_ value: Double?, _ option: String) throws -> Double? {
        guard let value else { return nil }
        guard value > 0, value <= 1 else { throw ValidationError("\(option) takes a number above 0, at most 1") }
        return value
    }
}

extension CleanJob.Partitions: ExpressibleByArgument {}
extension CleanJob.Risk: ExpressibleByArgument {}
