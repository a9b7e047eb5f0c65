import JobModel
import Postgres

/// What the catalogue and the statistics say about one table, materialized view or partitioned table.
struct TableFacts: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// With rows of its own: a table, also a system catalogue.
        case table
        case materializedView
        /// Without rows of its own.
        case partitioned
    }

    /// What a VACUUM of one heap goes by: the table's own, or its TOAST table's.
    struct Heap: Sendable, Equatable {
        var id: UInt32
        /// The planner's estimate; below zero where the table was never looked at.
        var rows = 0.0
        var pages = 0
        /// From 18 on; zero before.
        var frozenPages = 0
        var deadRows = 0.0
        var insertedRows = 0.0
        /// In transactions.
        var xidAge = 0.0
        var multixactAge = 0.0
        /// The table's own storage parameters.
        var options: [String: String] = [:]

        var unfrozenPart: Double {
            guard pages > 0, frozenPages > 0 else { return 1 }
            return 1 - Double(min(frozenPages, pages)) / Double(pages)
        }
    }

    var name: SQLIdentifier
    var kind = Kind.table
    var heap: Heap
    /// Nil where there is none.
    var toast: Heap?
    var modifiedRows = 0.0
    /// By the server's clock, in seconds since 1970; nil for never. By hand or by autovacuum.
    var vacuumedAt: Double?
    var analyzedAt: Double?
    /// By autovacuum only.
    var autoanalyzedAt: Double?
    /// Whether there are statistics of its columns.
    var hasStatistics = true
    /// Whether it has tables that inherit from it, or partitions.
    var hasChildren = false
    /// Whether it belongs to PostgreSQL itself.
    var isSystem = false
    /// Whether our role may vacuum and analyze it.
    var isPermitted = true
    /// What the server itself says of its need, from 19 on.
    var serverSaysVacuum = false
    var serverSaysAnalyze = false

    /// Of the table and its TOAST table.
    func sizeInBytes(pageSize: Int) -> Int {
        (max(heap.pages, 0) + max(toast?.pages ?? 0, 0)) * pageSize
    }
}
