import JobModel
import Postgres

extension AdviceCheck {
    /// A narrow integer key that something else than a sequence counts up: its end comes without warning as well.
    static let keyHeadroom = AdviceCheck(
        .keyHeadroom, "integer keys near their end, without a sequence", sql: { _ in KeyHeadroom.query },
        finding: { row, _ in try KeyHeadroom.finding(row) })
}

private enum KeyHeadroom {
    static func finding(_ row: ResultTable.Row) throws -> Finding? {
        // `{1,20,300}`
        let bounds = try row.name("bounds").dropFirst().dropLast().split(separator: ",")
        guard let largest = bounds.last.flatMap({ Double($0) }) else { return nil }
        let limit = try row.double("limit")
        let used = largest / limit
        guard used >= 0.7 else { return nil }
        let table = try row.name("table")
        let column = try row.name("column")
        return Finding(
            .keyHeadroom, object: "\(table).\(column)", severity: used >= 0.9 ? .critical : .warning,
            confidence: .estimated, summary: "\(Int(used * 100)) % of the values of \(try row.name("type")) are used",
            evidence: [
                "largest_key": .number(largest), "last_possible_value": .number(limit),
                "correlation": .number(try row.double("correlation")), "rows": .number(try row.double("rows")),
            ],
            remedy: Remedy(
                ["ALTER TABLE \(table) ALTER COLUMN \(column) TYPE bigint;"],
                advice: "On a large table add a bigint column beside it, fill it in batches, and swap the two.",
                lock: "ACCESS EXCLUSIVE on \(table) while the whole table and its indexes are written anew.",
                risk: "Nobody reads or writes the table until it is done, and it needs its size again on disk."),
            caveat: "It is known from the statistics of the last ANALYZE; keys that are made up at random reach high "
                + "values without running out.",
            measure: used)
    }

    /// Keys that grow with time lie in the table nearly in their order; those that are random do not.
    static let query: ServerText = """
        WITH keys AS MATERIALIZED (
          SELECT t.oid, n.nspname, t.relname, a.attname, a.atttypid, \(AdviceSQL.rows(of: "t")) AS rows
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
          JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = (i.indkey::int2[])[0]
          WHERE i.indisunique AND i.indnkeyatts = 1 AND i.indisvalid AND a.atttypid IN (21, 23)
            AND t.relkind = 'r' AND t.reltuples >= 1000 AND \(AdviceSQL.isUsersSchema)
            AND NOT EXISTS (
              SELECT 1 FROM pg_catalog.pg_attrdef d WHERE d.adrelid = t.oid AND d.adnum = a.attnum)
            AND a.attidentity = ''
        )
        SELECT DISTINCT k.oid::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(k.attname) AS column,
          pg_catalog.format_type(k.atttypid, NULL) AS type, k.rows,
          CASE k.atttypid WHEN 21 THEN 32767 ELSE 2147483647 END::float8 AS limit, s.correlation::float8,
          s.histogram_bounds::text AS bounds
        FROM keys k
        JOIN pg_catalog.pg_stats s ON s.schemaname = k.nspname AND s.tablename = k.relname AND s.attname = k.attname
          AND NOT s.inherited
        WHERE pg_catalog.abs(s.correlation) > 0.8 AND s.histogram_bounds IS NOT NULL
        """
}
