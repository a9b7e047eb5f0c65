import JobModel
import Postgres

extension AdviceCheck {
    /// An index of a column with few values, none of them rare, or with hardly any: reading by it is no better than
    /// reading the table, and writes pay for it.
    static let lowCardinalityIndex = lowCardinalityIndex(leastRows: 100_000)

    static func lowCardinalityIndex(leastRows: Int) -> AdviceCheck {
        AdviceCheck(
            .lowCardinalityIndex, "indexes of columns with few values",
            sql: { _ in LowCardinalityIndex.query(leastRows: leastRows) },
            finding: { row, _ in try LowCardinalityIndex.finding(row) })
    }
}

private enum LowCardinalityIndex {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let index = try row.name("index")
        let table = try row.name("table")
        let column = try row.name("column")
        let nulls = try row.double("null_frac")
        let isMostlyNull = nulls > 0.95
        return Finding(
            .lowCardinalityIndex, object: index, severity: .notice, confidence: .estimated,
            summary: isMostlyNull
                ? "\(Int(nulls * 100)) % of its entries are for nulls"
                : "\(table).\(column) has \(Int(try row.double("n_distinct"))) values, none of them rare",
            evidence: [
                "table": .text(table), "index_bytes": .integer(try row.int("bytes")),
                "scans": .integer(try row.int("scans")), "null_fraction": .number(nulls),
                "distinct_values": .number(try row.double("n_distinct")),
            ],
            remedy: isMostlyNull ? partial(index, table, column) : drop(index),
            caveat: isMostlyNull
                ? "Statements that look for the nulls by this index would not use the new one."
                : "Together with LIMIT and an order, or for counting only, it may serve all the same; see how often it is "
                    + "scanned.", measure: try row.double("bytes"))
    }

    private static func partial(_ index: String, _ table: String, _ column: String) -> Remedy {
        Remedy(
            [
                "CREATE INDEX CONCURRENTLY ON \(table) (\(column)) WHERE \(column) IS NOT NULL;",
                "DROP INDEX CONCURRENTLY \(index);",
            ],
            lock: "SHARE UPDATE EXCLUSIVE on \(table): reads and writes go on, other maintenance waits.",
            risk: "Drop the old one only when the new one is used.")
    }

    private static func drop(_ index: String) -> Remedy {
        var remedy = Remedy.dropping(
            index: index, risk: "Building it again takes as long as it took; keep its definition: pg_get_indexdef.")
        remedy.advice = "Drop it, or put its column behind a more selective one in another index."
        return remedy
    }

    /// Not where a value is rare enough to be worth an index, and not what a foreign key needs.
    static func query(leastRows: Int) -> ServerText {
        """
        WITH indexes AS MATERIALIZED (
          SELECT i.indexrelid, t.oid, n.nspname, t.relname, a.attname, c.relpages
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
          JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = c.relam
          JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = (i.indkey::int2[])[0]
          WHERE i.indnatts = 1 AND i.indpred IS NULL AND NOT i.indisunique AND NOT i.indisclustered AND i.indisvalid
            AND am.amname = 'btree' AND t.relkind = 'r' AND NOT c.relispartition AND t.reltuples >= \(leastRows)
            AND \(AdviceSQL.isUsersSchema)
            AND NOT EXISTS (
              SELECT 1 FROM pg_catalog.pg_constraint f
              WHERE f.contype = 'f' AND f.conrelid = t.oid AND a.attnum = ANY (f.conkey))
        )
        SELECT x.indexrelid::pg_catalog.regclass::text AS index, x.oid::pg_catalog.regclass::text AS table,
          pg_catalog.quote_ident(x.attname) AS column, s.n_distinct::float8, s.null_frac::float8,
          pg_catalog.pg_stat_get_numscans(x.indexrelid) AS scans, \(AdviceSQL.bytes(of: "x")) AS bytes
        FROM indexes x JOIN pg_catalog.pg_stats s
          ON s.schemaname = x.nspname AND s.tablename = x.relname AND s.attname = x.attname AND NOT s.inherited
        WHERE s.null_frac > 0.95
          OR s.n_distinct BETWEEN 0.5 AND 20 AND pg_catalog.cardinality(s.most_common_freqs) >= s.n_distinct
            AND (SELECT min(f) FROM pg_catalog.unnest(s.most_common_freqs) f) >= 0.05
        """
    }
}
