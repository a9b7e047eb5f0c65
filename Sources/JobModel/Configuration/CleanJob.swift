/// What a job of kind `clean` does: deletes the old rows of a table, in short transactions.
package struct CleanJob: Sendable, Equatable {
    /// What becomes of partitions whose rows are all old.
    package enum Partitions: String, Sendable, CaseIterable {
        /// Their rows are deleted like others; the report proposes to drop them.
        case delete
        /// They are detached and dropped whole.
        case drop
    }

    /// What a run refuses to do unless it is said that it may.
    package enum Risk: String, Sendable, CaseIterable, Codable {
        /// To read a large table from end to end, because no index leads to its old rows.
        case index
        /// To delete rows that others refer to, where each deletion reads the referring table from end to end, or where
        /// a cascade leads back to the table and takes rows of any age along.
        case cascades
        /// To delete rows although triggers fire.
        case triggers
        /// A first run that deletes more of the table than ``CleanJob/maxFraction``.
        case fraction
        /// To delete rows that are younger than an hour.
        case age
    }

    package var database: String
    /// As SQL writes it, with its schema. Default of the schema: `public`.
    package var table: String
    /// The column that holds a row's age.
    package var column: String
    /// The zone in which a ``column`` without one holds local time, by its IANA name. Default: not known, so that rows
    /// stay twelve hours longer.
    package var columnTimezone: String?
    /// Rows whose ``column`` is older than this go.
    package var olderThan: Duration
    /// What else must hold for a row to go. Default: nothing.
    package var condition: String?
    /// A first run that would delete more of the table than this fraction is refused. Default: 0.3.
    package var maxFraction = 0.3
    package var partitions = Partitions.delete
    /// Default: none.
    package var force: Set<Risk> = []
    /// The part of the time that is spent deleting; the rest is left to others. Default: 0.05.
    package var duty = 0.05
    /// How long the run waits at most, at a stretch, while the server has it hard. Default: 10 minutes.
    package var maxPause: Duration = .seconds(600)

    /// What is younger goes only by ``Risk/age``.
    package static let leastAge = Duration.seconds(3_600)

    package init(database: String, table: String, column: String, olderThan: Duration) {
        self.database = database
        self.table = table
        self.column = column
        self.olderThan = olderThan
    }
}
