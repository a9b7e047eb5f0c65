import JobModel
import Postgres

extension AdviceCheck {
    /// A table that takes far more pages than its rows need.
    static let tableBloat = tableBloat(BloatLimits())

    static func tableBloat(_ limits: BloatLimits) -> AdviceCheck {
        AdviceCheck(.tableBloat, "tables that are mostly air") { probe in
            let suspects = try await probe.rows(TableBloat.query(limits, probe.server)).map {
                try TableBloat.suspect($0, probe.server)
            }
            return try await probe.confirmed(suspects, limits, measure: TableBloat.measurement)
                .map { TableBloat.finding($0, probe.server) }
        }
    }
}

private enum TableBloat {
    static func suspect(_ row: ResultTable.Row, _ server: AdviceServer) throws -> BloatSuspect {
        let pages = try row.int("pages")
        return BloatSuspect(
            oid: try row.oid("oid"), name: try row.name("table"), pages: pages,
            bloat: RelationBloat(
                bytes: pages * server.blockSizeInBytes, leastBytes: try row.double("least_bytes")),
            confidence: .estimated, basis: "average widths of its columns",
            evidence: ["dead_rows": .integer(try row.int("dead_rows"))])
    }

    static func measurement(_ suspect: BloatSuspect, schema: ServerText) -> ServerText {
        """
        SELECT table_len - approx_free_space - dead_tuple_len AS bytes
        FROM \(schema).pgstattuple_approx(\(suspect.oid)::pg_catalog.oid::pg_catalog.regclass)
        """
    }

    static func finding(_ suspect: BloatSuspect, _ server: AdviceServer) -> Finding {
        Finding(
            .tableBloat, object: suspect.name, severity: .warning, confidence: suspect.confidence,
            summary: "is \(Int(suspect.bloat.ratio)) times as large as its rows need: "
                + "\(Quantities.bytes(suspect.bloat.wastedBytes)) are air",
            evidence: suspect.fullEvidence,
            remedy: Remedy(
                ["VACUUM (ANALYZE) \(suspect.name);"],
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
            jobFile: server.maintainFragment, measure: Double(suspect.bloat.wastedBytes))
    }

    /// Of every row: header, item pointer, null bitmap and the columns' average widths, aligned; of every page: its header
    /// and what fillfactor keeps free. Only tables large enough to waste what counts, with statistics for every column.
    static func query(_ limits: BloatLimits, _ server: AdviceServer) -> ServerText {
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
          pg_catalog.ceil(l.rows * w.width / ((\(server.blockSizeInBytes) - 24) * l.fill / 100))
            * \(server.blockSizeInBytes) AS least_bytes
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
