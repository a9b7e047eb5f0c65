import JobModel
import Postgres

extension AdviceCheck {
    /// A large table that is read whole again and again.
    static let missingIndex = missingIndex(ScanLimits())

    static func missingIndex(_ limits: ScanLimits) -> AdviceCheck {
        AdviceCheck(.missingIndex, "large tables that are read whole again and again") { probe in
            try await MissingIndex(limits: limits, probe: probe).findings()
        }
    }
}

/// From when on reading a table whole is worth a look.
struct ScanLimits: Sendable {
    var leastRows = 100_000
    var leastScans = 100
    /// More than backups and reports make.
    var leastScansPerDay = 24.0
    /// Which part of the table a scan reads on the average: less is a scan that some LIMIT ends.
    var leastFraction = 0.1
}

private struct MissingIndex {
    let limits: ScanLimits
    let probe: AdviceProbe

    func findings() async throws -> [Finding] {
        let days = max(probe.server.observedForSeconds, 1) / 86_400
        let rows = try await probe.rows(query).filter {
            try $0.double("whole_reads") / days >= limits.leastScansPerDay
        }
        var findings: [Finding] = []
        for row in rows {
            findings.append(try finding(row, days: days, statements: try await statements(try row.name("bare_name"))))
        }
        return findings
    }

    private func finding(_ row: ResultTable.Row, days: Double, statements: [String]) throws -> Finding {
        let table = try row.name("table")
        let reads = try row.double("whole_reads")
        var evidence: [String: EvidenceValue] = [
            "rows": .number(try row.double("rows")), "table_bytes": .integer(try row.int("bytes")),
            "sequential_scans": .integer(try row.int("scans")),
            "whole_reads_per_day": .number((reads / days).rounded()),
            "rows_read_per_scan": .number((try row.double("rows_per_scan")).rounded()),
            "index_scans": .integer(try row.int("index_scans")),
        ]
        if !statements.isEmpty { evidence["statements"] = .text(statements.joined(separator: "; ")) }
        return Finding(
            .missingIndex, object: table, severity: .notice, confidence: .estimated,
            summary:
                "is read whole \(Quantities.count(Int(reads / days))) times a day: an index may be missing",
            evidence: evidence,
            remedy: Remedy(
                [],
                advice: statements.isEmpty
                    ? "Investigate which statements do it: pg_stat_statements or auto_explain; then index what they select by."
                    : "Investigate these statements of pg_stat_statements with EXPLAIN (GENERIC_PLAN, from 16 on), and index "
                        + "what they select by.",
                lock: "None to look; CREATE INDEX CONCURRENTLY lets reads and writes go on.",
                risk: "An index costs space and slows writes."),
            caveat:
                "Statements that need every row, such as reports and exports, read the table whole for good reason.",
            measure: try row.double("rows") * reads)
    }

    /// What costs most among the statements that name the table, by their numbers in pg_stat_statements. Their texts may
    /// hold what is nobody's business.
    private func statements(_ table: String) async throws -> [String] {
        guard let schema = probe.server.extensions["pg_stat_statements"]?.schema else { return [] }
        let pattern = table.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        do {
            return try await probe.rows(
                """
                SELECT 'queryid ' || s.queryid || ': ' || s.calls || ' calls, '
                  || pg_catalog.round((s.total_exec_time / s.calls)::numeric, 1) || ' ms each' AS text
                FROM \(ServerText(schema)).pg_stat_statements s
                WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
                  AND s.query LIKE \(ServerText("%\(pattern)%").quotedAsLiteral) AND s.calls > 0
                  AND s.query ~* '^\\s*(select|update|delete|with)'
                ORDER BY s.total_exec_time DESC LIMIT 3
                """
            ).map { try $0.name("text") }
        } catch let error as PostgresError where error.isStatementRefusal {
            // Before its update an extension's columns have other names, and a library that is not loaded has none.
            return []
        }
    }

    /// Each process of a parallel scan counts a scan of its own: what was read, in whole tables, does not hang on that.
    private var query: ServerText {
        """
        WITH scanned AS MATERIALIZED (
          SELECT t.oid, t.relname, \(AdviceSQL.rows(of: "t")) AS rows, \(AdviceSQL.bytes(of: "t")) AS bytes,
            pg_catalog.pg_stat_get_numscans(t.oid) AS scans,
            pg_catalog.pg_stat_get_tuples_returned(t.oid)::float8 AS returned,
            pg_catalog.pg_stat_get_tuples_returned(t.oid)::float8
              / nullif(pg_catalog.pg_stat_get_numscans(t.oid), 0) AS rows_per_scan
          FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          WHERE t.relkind IN ('r', 'm') AND t.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema)
            AND t.reltuples >= \(limits.leastRows)
        )
        SELECT s.oid::pg_catalog.regclass::text AS table, s.relname AS bare_name, s.rows, s.bytes, s.scans,
          s.rows_per_scan, s.returned / s.rows AS whole_reads,
          (SELECT coalesce(sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)), 0)::int8 FROM pg_catalog.pg_index i
           WHERE i.indrelid = s.oid) AS index_scans
        FROM scanned s
        WHERE s.returned >= \(limits.leastScans) * s.rows AND s.rows_per_scan >= \(limits.leastFraction) * s.rows
        """
    }
}
