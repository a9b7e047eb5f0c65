import JobModel
import Postgres

/// Looks, from a session of its own, how far a VACUUM has come.
///
/// Source: PostgreSQL manual, 27.4.5 "VACUUM Progress Reporting"; only columns that all versions have, and those of the
/// indexes where the catalogue has them (from 17 on).
struct VacuumProgress: Sendable {
    let session: Session
    private let query: ServerText

    struct Look: Sendable, Equatable {
        var phase: String
        var scannedPages: Int
        var totalPages: Int
        var indexes: String?
    }

    init(session: Session) async throws {
        self.session = session
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
            SELECT phase, heap_blks_scanned AS scanned, heap_blks_total AS total, \(indexes) AS indexes
              FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1::pg_catalog.int4
            """
    }

    /// Nil where no VACUUM runs there.
    func look(at processID: Int32) async throws -> Look? {
        guard let row = try await session.query(query, [ServerText("\(processID)")]).rows.first else { return nil }
        return Look(
            phase: try row.string("phase"), scannedPages: try row.int("scanned"), totalPages: try row.int("total"),
            indexes: try row.optionalString("indexes"))
    }
}

extension VacuumProgress.Look {
    /// For people: `vacuuming indexes, 812 of 4,000 pages, 1 of 3 indexes`
    var text: String {
        let pages = "\(Quantities.count(scannedPages)) of \(Quantities.count(totalPages)) pages"
        return ([phase, pages] + (indexes.map { [$0] } ?? [])).joined(separator: ", ")
    }
}
