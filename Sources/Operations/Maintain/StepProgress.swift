import JobModel
import Postgres

/// Looks, from a session of its own, how far a statement of maintenance has come.
///
/// Source: PostgreSQL manual, "Progress Reporting"; only columns that all versions have, and those of VACUUM's indexes
/// where the catalogue has them (from 17 on).
struct StepProgress: Sendable {
    let session: Session
    let pageSize: Int
    private let query: ServerText

    struct Look: Sendable, Equatable {
        /// In the server's words.
        var phase: String
        /// Pages of the table, or blocks of what the phase goes through.
        var done: Int
        var total: Int
        var indexes: String?
    }

    init(session: Session, pageSize: Int) async throws {
        self.session = session
        self.pageSize = pageSize
        let columns = try await session.query(
            """
            SELECT attname FROM pg_catalog.pg_attribute
             WHERE attrelid = 'pg_catalog.pg_stat_progress_vacuum'::pg_catalog.regclass AND attnum > 0
            """
        ).rows.map { try $0.string("attname") }
        let indexes: ServerText =
            columns.contains("indexes_processed")
            ? "CASE WHEN indexes_total > 0 THEN indexes_processed || ' of ' || indexes_total || ' indexes' END" : "NULL"
        query = """
            SELECT phase, heap_blks_scanned AS done, heap_blks_total AS total, \(indexes) AS indexes
              FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1::pg_catalog.int4
            UNION ALL SELECT phase, sample_blks_scanned, sample_blks_total, NULL
              FROM pg_catalog.pg_stat_progress_analyze WHERE pid = $1::pg_catalog.int4
            UNION ALL SELECT phase, blocks_done, blocks_total, NULL
              FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1::pg_catalog.int4
            """
    }

    /// Nil where no statement with progress runs there.
    func look(at processID: Int32) async throws -> Look? {
        guard let row = try await session.query(query, [ServerText("\(processID)")]).rows.first else { return nil }
        return Look(
            phase: try row.string("phase"), done: try row.int("done"), total: try row.int("total"),
            indexes: try row.optionalString("indexes"))
    }
}

extension StepProgress.Look {
    /// For people: `vacuuming indexes, 812 of 4,000 pages, 1 of 3 indexes`
    var text: String {
        let pages = total > 0 ? ["\(Quantities.count(done)) of \(Quantities.count(total)) pages"] : []
        return ([phase] + pages + (indexes.map { [$0] } ?? [])).joined(separator: ", ")
    }
}
