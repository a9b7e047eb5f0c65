/// What a job of kind `maintain` does: VACUUM, ANALYZE and REINDEX where they are needed.
package struct MaintainJob: Sendable, Equatable {
    /// Which tables are vacuumed, or analyzed.
    package enum Scope: String, Sendable, CaseIterable {
        /// Those that are over their own thresholds of autovacuum, or near the age at which they must be frozen.
        case needed
        case all
        case off
    }

    /// Which indexes are rebuilt.
    package enum Reindex: String, Sendable, CaseIterable {
        case bloated
        case off
    }

    package var database: String
    /// Default: ``Scope/needed``.
    package var vacuum = Scope.needed
    /// Default: ``Scope/needed``.
    package var analyze = Scope.needed
    /// Default: ``Reindex/off``.
    package var reindex = Reindex.off
    /// Only tables of which one of these patterns matches `schema.table`; `*` stands for any characters. Default: all.
    package var tables: [TablePattern] = []
    /// Not these tables. Default: none.
    package var excludedTables: [TablePattern] = []
    /// Tables whose empty end VACUUM may give back to the operating system, for which it locks them against
    /// everything, on standbys too. Default: none.
    package var truncatedTables: [TablePattern] = []
    /// Tables that REPACK (CONCURRENTLY) may rewrite where half of them is free space; PostgreSQL 19 and newer.
    /// Default: none.
    package var repackedTables: [TablePattern] = []
    /// PostgreSQL's `vacuum_cost_limit`: how much VACUUM and ANALYZE do between two pauses of 2 ms. Default: 400.
    package var costLimit = 400
    /// A table that was vacuumed or analyzed more recently is left alone. Default: 10 min.
    package var minInterval: Duration = .seconds(600)
    /// An index is rebuilt where that would free at least so much. Default: 64 MiB.
    package var reindexMinWasteInMiB = 64
    /// Indexes of at most so much in all are rebuilt in one run: each is copied once, and once into WAL. Default: 10 GiB.
    package var reindexLimitInMiB = 10_240
    /// At most so much is read in one run to measure indexes exactly. Default: 1 GiB.
    package var measureLimitInMiB = 1_024

    package init(database: String) {
        self.database = database
    }
}
