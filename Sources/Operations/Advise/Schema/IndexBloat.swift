import JobModel
import Postgres

extension AdviceCheck {
    /// An index that takes far more pages than its entries need.
    static let indexBloat = indexBloat(BloatLimits())

    static func indexBloat(_ limits: BloatLimits) -> AdviceCheck {
        AdviceCheck(.indexBloat, "indexes that are mostly air") { probe in
            let baselines = await IndexBaselines.recall(probe.server.targetName, from: probe.memory)
            let suspects = try await probe.rows(IndexAir.query(limits, probe.server)).compactMap {
                try IndexAir.suspect($0, baselines, probe.server)
            }
            return try await probe.confirmed(suspects, limits, measure: IndexAir.measurement)
                .map { IndexAir.finding($0, probe.server) }
        }
    }
}

private enum IndexAir {
    /// By what maintenance remembers of the index, of whatever kind; a B-tree without that by its columns' widths. Nil for
    /// what neither is known of.
    static func suspect(
        _ row: ResultTable.Row, _ baselines: IndexBaselines, _ server: AdviceServer
    ) throws -> BloatSuspect? {
        let pages = try row.int("pages")
        let facts = try facts(row, bytes: pages * server.blockSizeInBytes)
        let baseline = facts.rows > 0 ? baselines.baseline(of: facts) : nil
        let estimate = try row.optionalDouble("least_bytes")
        guard let least = baseline.map({ $0.bytesPerRow * facts.rows }) ?? estimate else { return nil }
        return BloatSuspect(
            oid: facts.id, name: try row.name("index"), pages: pages,
            bloat: RelationBloat(bytes: facts.bytes, leastBytes: least),
            confidence: baseline == nil ? .estimated : .baseline,
            basis: baseline.map { basis($0.origin) } ?? "average widths of its columns",
            evidence: baseline.map { ["baseline_bytes_for_each_row": .number($0.bytesPerRow)] } ?? [:],
            fillFactor: facts.fillFactor, isMeasurable: facts.method == "btree")
    }

    private static func facts(_ row: ResultTable.Row, bytes: Int) throws -> IndexFacts {
        IndexFacts(
            id: try row.oid("oid"), table: try row.oid("table_oid"),
            name: SQLIdentifier(schema: try row.text("schema"), name: try row.text("bare_name")),
            tableName: SQLIdentifier(schema: try row.text("schema"), name: try row.text("bare_table")),
            method: try row.string("method"), bytes: bytes, rows: try row.double("rows"),
            definitionMD5: try row.string("definition"), fillFactor: try row.double("fill"))
    }

    private static func basis(_ origin: IndexBaselines.Baseline.Origin) -> String {
        switch origin {
        case .seen: "the fewest bytes for each row that maintenance has ever seen in it"
        case .rebuilt: "bytes for each row after its last rebuild"
        case .restored: "bytes for each row in a restored copy"
        }
    }

    /// Deleted and empty pages count as empty. A fresh index has its fill factor, not 100 %.
    static func measurement(_ suspect: BloatSuspect, schema: ServerText) -> ServerText {
        """
        SELECT index_size * least(1, avg_leaf_density * leaf_pages
          / nullif(leaf_pages + empty_pages + deleted_pages, 0) / \(suspect.fillFactor)) AS bytes
        FROM \(schema).pgstatindex(\(suspect.oid)::pg_catalog.oid::pg_catalog.regclass)
        """
    }

    static func finding(_ suspect: BloatSuspect, _ server: AdviceServer) -> Finding {
        Finding(
            .indexBloat, object: suspect.name, severity: .warning, confidence: suspect.confidence,
            summary: "is \(Int(suspect.bloat.ratio)) times as large as its entries need: "
                + "\(Quantities.bytes(suspect.bloat.wastedBytes)) are air",
            evidence: suspect.fullEvidence,
            remedy: Remedy(
                ["REINDEX INDEX CONCURRENTLY \(suspect.name);"],
                lock: "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other maintenance waits.",
                risk:
                    "Needs the size of the new index on disk and in WAL, and waits for old transactions to end; broken "
                    + "off, it leaves an invalid index to drop."),
            caveat: caveat(suspect.confidence), jobFile: server.maintainFragment,
            measure: Double(suspect.bloat.wastedBytes))
    }

    private static func caveat(_ confidence: AdviceConfidence) -> String {
        switch confidence {
        case .measured: "An index whose keys are inserted at random never stays as dense as a fresh one."
        case .baseline:
            "Keys that have become wider since take more; the number of rows is that of the last VACUUM or ANALYZE."
        default:
            "It is computed from column widths, as if no key came twice; statistics that are old make it wrong. With the "
                + "extension pgstattuple, or once a job of kind maintain knows the index, it is known better."
        }
    }

    /// What each entry takes at most: header, item pointer and the columns' average widths, aligned. Equal keys share an
    /// entry and take less, so that an index is larger than this only by air. Only plain columns have statistics.
    static func query(_ limits: BloatLimits, _ server: AdviceServer) -> ServerText {
        """
        WITH large AS MATERIALIZED (
          SELECT c.oid, i.indrelid, n.nspname, t.relname, c.relname AS index_name, c.relpages, am.amname,
            greatest(c.reltuples, 0)::float8 AS rows, i.indkey::int2[] AS attributes, i.indnatts,
            am.amname = 'btree' AND i.indexprs IS NULL AND t.reltuples >= 0 AS is_plain,
            \(IndexQueries.definition) AS definition,
            coalesce((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(c.reloptions) o
              WHERE o.option_name = 'fillfactor'), 90) AS fill
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
          JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_catalog.pg_am am ON am.oid = c.relam
          WHERE c.relkind = 'i' AND i.indisvalid AND c.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema)
            AND \(AdviceSQL.bytes(of: "c")) >= \(limits.leastWastedBytes)
        )
        SELECT l.oid, l.oid::pg_catalog.regclass::text AS index, l.indrelid AS table_oid, l.nspname AS schema,
          l.index_name AS bare_name, l.relname AS bare_table, l.amname AS method, l.rows, l.definition,
          l.relpages AS pages, l.fill,
          CASE WHEN l.is_plain AND w.known = l.indnatts
            THEN (pg_catalog.ceil(l.rows * w.width / ((\(server.blockSizeInBytes) - 40) * l.fill / 100)) + 2)
              * \(server.blockSizeInBytes) END AS least_bytes
        FROM large l CROSS JOIN LATERAL (
          SELECT 20 + sum(coalesce(nullif(s.avg_width, 0), 8)) AS width, pg_catalog.count(*) AS known
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_stats s ON s.schemaname = l.nspname AND s.tablename = l.relname AND s.attname = a.attname
            AND NOT s.inherited
          WHERE a.attrelid = l.indrelid AND a.attnum = ANY (l.attributes)
        ) w
        """
    }
}
