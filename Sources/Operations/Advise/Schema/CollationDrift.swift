import JobModel
import Postgres

extension AdviceCheck {
    /// A collation that sorts otherwise than when its indexes were built, as after an update of the operating system:
    /// such indexes miss rows in silence.
    static let collationDrift = AdviceCheck(.collationDrift, "collations that have changed") { probe in
        var findings = try await probe.rows(CollationDrift.collations).map(CollationDrift.finding)
        if probe.server.versionNumber >= 150_000 {
            findings += try await probe.rows(CollationDrift.database).map(CollationDrift.findingOfDatabase)
        }
        return findings
    }
}

private enum CollationDrift {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let collation = try row.name("collation")
        return make(
            "collation \(collation)", row, indexes: try row.int("indexes"),
            rebuild: "REINDEX (CONCURRENTLY) each index that uses it, then refresh the version.",
            refresh: "ALTER COLLATION \(collation) REFRESH VERSION;")
    }

    static func findingOfDatabase(_ row: ResultTable.Row) throws -> Finding {
        let database = try row.name("database")
        return make(
            "database \(database)", row, indexes: nil,
            rebuild: "REINDEX (CONCURRENTLY) every index of text, then refresh the version.",
            refresh: "ALTER DATABASE \(database) REFRESH COLLATION VERSION;")
    }

    private static func make(
        _ object: String, _ row: ResultTable.Row, indexes: Int?, rebuild: String, refresh: String
    ) -> Finding {
        let recorded = (try? row.name("recorded")) ?? ""
        let actual = (try? row.name("actual")) ?? ""
        var evidence: [String: EvidenceValue] = ["recorded_version": .text(recorded), "version_now": .text(actual)]
        if let indexes { evidence["indexes"] = .integer(indexes) }
        return Finding(
            .collationDrift, object: object, severity: .critical, confidence: .certain,
            summary: "sorts by version \(actual) now, and its indexes were built by \(recorded): they may miss rows",
            evidence: evidence,
            remedy: Remedy(
                [refresh], advice: rebuild,
                lock: "REINDEX CONCURRENTLY lets reads and writes go on; the refresh takes a moment.",
                risk:
                    "To refresh without the rebuild hides the damage. A unique index may turn out to hold a key twice."),
            caveat: "Versions may differ where the order of the characters in use does not; amcheck tells.")
    }

    /// Only those that something depends on for its order: the server has hundreds.
    static let collations: ServerText = """
        WITH used AS (
          SELECT u.collation_oid, pg_catalog.count(DISTINCT i.indexrelid) AS indexes
          FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indcollation::oid[]) u(collation_oid)
          WHERE u.collation_oid NOT IN (0, 100) AND i.indrelid >= 16384
          GROUP BY u.collation_oid
        )
        SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.collname) AS collation,
          c.collversion AS recorded, v.actual, u.indexes
        FROM used u JOIN pg_catalog.pg_collation c ON c.oid = u.collation_oid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
        CROSS JOIN LATERAL (SELECT pg_catalog.pg_collation_actual_version(c.oid) AS actual) v
        WHERE c.collversion IS NOT NULL AND v.actual IS NOT NULL AND c.collversion <> v.actual
        """

    static let database: ServerText = """
        SELECT pg_catalog.quote_ident(d.datname) AS database, d.datcollversion AS recorded, v.actual
        FROM pg_catalog.pg_database d
        CROSS JOIN LATERAL (SELECT pg_catalog.pg_database_collation_actual_version(d.oid) AS actual) v
        WHERE d.datname = pg_catalog.current_database() AND d.datcollversion IS NOT NULL AND v.actual IS NOT NULL
          AND d.datcollversion <> v.actual
        """
}
