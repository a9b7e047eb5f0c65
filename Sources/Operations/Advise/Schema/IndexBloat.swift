import JobModel
import Postgres

extension AdviceCheck {
    /// A B-tree that takes far more pages than its entries need.
    static let indexBloat = indexBloat(BloatLimits())

    static func indexBloat(_ limits: BloatLimits) -> AdviceCheck {
        AdviceCheck(.indexBloat, "indexes that are mostly air") { probe in
            try await IndexBloatCheck(limits: limits, probe: probe).findings()
        }
    }
}

private struct IndexBloatCheck {
    let limits: BloatLimits
    let probe: AdviceProbe

    private struct Suspect {
        let oid: UInt32
        let index: String
        let table: String
        let pages: Int
        let fillFactor: Double
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
                let density = try await leafDensity(suspects[index].oid)
            else { continue }
            measured += 1
            // A fresh index has its fill factor, not 100 %.
            suspects[index].bloat.leastBytes =
                Double(suspects[index].bloat.bytes) * min(1, density / suspects[index].fillFactor)
            suspects[index].confidence = .measured
        }
        return suspects.filter { $0.bloat.isWorthAFinding(limits) }.map(finding)
    }

    private func suspect(_ row: ResultTable.Row) throws -> Suspect {
        let pages = try row.int("pages")
        return Suspect(
            oid: try row.oid("oid"), index: try row.name("index"), table: try row.name("table"), pages: pages,
            fillFactor: try row.double("fill"),
            bloat: RelationBloat(
                bytes: pages * probe.server.blockSizeInBytes, leastBytes: try row.double("least_bytes")))
    }

    /// In percent, deleted and empty pages counted as empty; nil where it cannot be measured.
    private func leafDensity(_ index: UInt32) async throws -> Double? {
        guard let schema = probe.server.extensions["pgstattuple"]?.schema else { return nil }
        do {
            let row = try await probe.rows(
                """
                SELECT avg_leaf_density * leaf_pages / nullif(leaf_pages + empty_pages + deleted_pages, 0) AS density
                FROM \(schema).pgstatindex(\(index)::pg_catalog.oid::pg_catalog.regclass)
                """
            ).first
            guard let density = try row?.optionalDouble("density"), density.isFinite else { return nil }
            return density
        } catch let error as PostgresError where error.isStatementRefusal {
            return nil
        }
    }

    private func finding(_ suspect: Suspect) -> Finding {
        var evidence = suspect.bloat.evidence
        evidence["table"] = .text(suspect.table)
        let times = Int(suspect.bloat.ratio)
        return Finding(
            .indexBloat, object: suspect.index, severity: .warning, confidence: suspect.confidence,
            summary: "is \(times) times as large as its entries need: \(Quantities.bytes(suspect.bloat.wastedBytes)) "
                + "are air",
            evidence: evidence,
            remedy: Remedy(
                ["REINDEX INDEX CONCURRENTLY \(suspect.index);"],
                lock: "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other maintenance waits.",
                risk:
                    "Needs the size of the new index on disk and in WAL, and waits for old transactions to end; broken "
                    + "off, it leaves an invalid index to drop."),
            caveat: suspect.confidence == .measured
                ? "An index whose keys are inserted at random never stays as dense as a fresh one."
                : "It is computed from column widths, as if no key came twice; statistics that are old make it wrong. With "
                    + "the extension pgstattuple it is measured.",
            jobFile: AdviceFragment.maintain(probe.server.targetName, "reindex = \"bloated\""),
            measure: Double(suspect.bloat.wastedBytes))
    }

    /// What each entry takes at most: header, item pointer and the columns' average widths, aligned. Equal keys share an
    /// entry and take less, so that an index is larger than this only by air. Only plain columns have statistics.
    private var query: ServerText {
        """
        WITH large AS MATERIALIZED (
          SELECT c.oid, i.indrelid, n.nspname, t.relname, c.relpages, greatest(c.reltuples, 0)::float8 AS rows,
            i.indkey::int2[] AS attributes, i.indnatts,
            coalesce((SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(c.reloptions) o
              WHERE o.option_name = 'fillfactor'), 90) AS fill
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
          JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_catalog.pg_am am ON am.oid = c.relam
          WHERE c.relkind = 'i' AND am.amname = 'btree' AND i.indisvalid AND i.indexprs IS NULL
            AND c.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema) AND t.reltuples >= 0
            AND \(AdviceSQL.bytes(of: "c")) >= \(limits.leastWastedBytes)
        )
        SELECT l.oid, l.oid::pg_catalog.regclass::text AS index, l.indrelid::pg_catalog.regclass::text AS table,
          l.relpages AS pages, l.fill,
          (pg_catalog.ceil(l.rows * w.width / ((\(probe.server.blockSizeInBytes) - 40) * l.fill / 100)) + 2)
            * \(probe.server.blockSizeInBytes) AS least_bytes
        FROM large l CROSS JOIN LATERAL (
          SELECT 20 + sum(coalesce(nullif(s.avg_width, 0), 8)) AS width, pg_catalog.count(*) AS known
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_stats s ON s.schemaname = l.nspname AND s.tablename = l.relname AND s.attname = a.attname
            AND NOT s.inherited
          WHERE a.attrelid = l.indrelid AND a.attnum = ANY (l.attributes)
        ) w
        WHERE w.known = l.indnatts
        """
    }
}
