import JobModel
import Postgres

extension AdviceCheck {
    /// A table that takes far more pages than its rows need.
    static let tableBloat = tableBloat(BloatLimits())

    static func tableBloat(_ limits: BloatLimits) -> AdviceCheck {
        AdviceCheck(.tableBloat, "tables that are mostly air") { probe in
            try await TableBloat(limits: limits, probe: probe).findings()
        }
    }
}

private struct TableBloat {
    let limits: BloatLimits
    let probe: AdviceProbe

    private struct Suspect {
        let oid: UInt32
        let table: String
        let pages: Int
        let deadRows: Int
        var bloat: RelationBloat
        var confidence = AdviceConfidence.estimated
    }

    /// By the statistics first; the worst are then measured where pgstattuple is there, and forgotten where it denies it.
    func findings() async throws -> [Finding] {
        let rows = try await probe.rows(query)
        var suspects = try rows.map(suspect).filter { $0.bloat.isWorthAFinding(limits) }
        suspects.sort { $0.bloat.wastedBytes > $1.bloat.wastedBytes }
        var measured = 0
        for index in suspects.indices where measured < limits.mostMeasured {
            guard suspects[index].pages <= limits.mostPagesToMeasure,
                let free = try await freeBytes(suspects[index].oid)
            else { continue }
            measured += 1
            suspects[index].bloat.leastBytes = Double(suspects[index].bloat.bytes) - free
            suspects[index].confidence = .measured
        }
        return suspects.filter { $0.bloat.isWorthAFinding(limits) }.map(finding)
    }

    private func suspect(_ row: ResultTable.Row) throws -> Suspect {
        let pages = try row.int("pages")
        return Suspect(
            oid: try row.oid("oid"), table: try row.name("table"), pages: pages, deadRows: try row.int("dead_rows"),
            bloat: RelationBloat(
                bytes: pages * probe.server.blockSizeInBytes, leastBytes: try row.double("least_bytes")))
    }

    /// Nil where it cannot be measured.
    private func freeBytes(_ table: UInt32) async throws -> Double? {
        guard let schema = probe.server.extensions["pgstattuple"]?.schema else { return nil }
        do {
            let row = try await probe.rows(
                """
                SELECT (approx_free_space + dead_tuple_len)::float8 AS bytes
                FROM \(schema).pgstattuple_approx(\(table)::pg_catalog.oid::pg_catalog.regclass)
                """
            ).first
            return try row?.double("bytes")
        } catch let error as PostgresError where error.isStatementRefusal {
            return nil
        }
    }

    private func finding(_ suspect: Suspect) -> Finding {
        var evidence = suspect.bloat.evidence
        evidence["dead_rows"] = .integer(suspect.deadRows)
        let times = Int(suspect.bloat.ratio)
        return Finding(
            .tableBloat, object: suspect.table, severity: .warning, confidence: suspect.confidence,
            summary:
                "is \(times) times as large as its rows need: \(Quantities.bytes(suspect.bloat.wastedBytes)) are air",
            evidence: evidence,
            remedy: Remedy(
                ["VACUUM (ANALYZE) \(suspect.table);"],
                advice:
                    "VACUUM makes the room usable again and keeps the size; pg_repack, or VACUUM FULL in a window in "
                    + "which nobody needs the table, gives it back. Then let autovacuum come sooner.",
                lock:
                    "SHARE UPDATE EXCLUSIVE for VACUUM: reads and writes go on. ACCESS EXCLUSIVE for VACUUM FULL: nobody "
                    + "reads or writes until it is done.",
                risk: "Reads the whole table; VACUUM FULL needs the size of its rows again on disk."),
            caveat: suspect.confidence == .measured
                ? "A table that is about to be filled again needs the room."
                : "It is computed from column widths; wide values, or statistics that are old, make it wrong. With the "
                    + "extension pgstattuple it is measured.",
            jobFile: AdviceFragment.maintain(probe.server.targetName, "vacuum = \"needed\""),
            measure: Double(suspect.bloat.wastedBytes))
    }

    /// Of every row: header, item pointer, null bitmap and the columns' average widths, aligned; of every page: its header
    /// and what fillfactor keeps free. Only tables large enough to waste what counts, with statistics for every column.
    private var query: ServerText {
        """
        WITH large AS MATERIALIZED (
          SELECT t.oid, n.nspname, t.relname, t.relpages, t.relnatts, \(AdviceSQL.rows(of: "t")) AS rows,
            coalesce((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(t.reloptions) o
              WHERE o.option_name = 'fillfactor'), 100) AS fill
          FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          WHERE t.relkind IN ('r', 'm') AND t.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema) AND t.reltuples >= 0
            AND \(AdviceSQL.bytes(of: "t")) >= \(limits.leastWastedBytes)
        )
        SELECT l.oid, l.oid::pg_catalog.regclass::text AS table, l.relpages AS pages,
          pg_catalog.pg_stat_get_dead_tuples(l.oid) AS dead_rows,
          pg_catalog.ceil(l.rows * w.width / ((\(probe.server.blockSizeInBytes) - 24) * l.fill / 100))
            * \(probe.server.blockSizeInBytes) AS least_bytes
        FROM large l CROSS JOIN LATERAL (
          SELECT 28 + pg_catalog.ceil(l.relnatts / 8.0) + 8 + sum((1 - s.null_frac) * s.avg_width) AS width,
            pg_catalog.count(*) AS known
          FROM pg_catalog.pg_stats s
          WHERE s.schemaname = l.nspname AND s.tablename = l.relname AND NOT s.inherited
        ) w
        WHERE w.known = (
          SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped)
        """
    }
}
