import JobModel
import Postgres

extension AdviceCheck {
    /// Sessions that have expired long ago, notifications that were read long ago: rows that nobody will read again.
    static let expiredRows = expiredRows(leastRows: 100_000)

    static func expiredRows(leastRows: Int) -> AdviceCheck {
        AdviceCheck(
            .expiredRows, "rows that have expired long ago", sql: { _ in ExpiredRows.query(leastRows: leastRows) },
            finding: { row, server in try ExpiredRows.finding(row, server, leastRows: leastRows) })
    }
}

private enum ExpiredRows {
    /// Less of a table is no burden.
    static let leastFraction = 0.2

    static func finding(_ row: ResultTable.Row, _ server: AdviceServer, leastRows: Int) throws -> Finding? {
        let (fraction, rows) = (try row.double("fraction"), try row.double("rows"))
        guard fraction >= leastFraction, rows * fraction >= Double(leastRows) else { return nil }
        let (table, column, days) = (try row.name("table"), try row.name("column"), try row.int("days"))
        let condition = try row.optionalText("condition")?.text
        let hasIndex = try row.bool("has_index")
        return Finding(
            .expiredRows, object: table, severity: .notice, confidence: .estimated,
            summary: "the \(column) of \(Int(fraction * 100)) % of its rows is more than \(days) days ago",
            evidence: [
                "rows": .number(rows), "old_percent": .integer(Int(fraction * 100)), "column": .text(column),
                "table_bytes": .integer(try row.int("bytes")),
            ],
            remedy: Remedy(
                hasIndex ? [] : ["CREATE INDEX CONCURRENTLY ON \(table) (\(column));"],
                advice: "Let dbops clean delete them in small batches, which give way to everybody else"
                    + (hasIndex ? "." : "; it needs an index to find them by:"),
                lock: hasIndex
                    ? "Single rows, for a moment."
                    : "SHARE UPDATE EXCLUSIVE on \(table): reads and writes go on, other maintenance waits.",
                risk: "What is deleted is gone: look at the rows, and have a backup."),
            caveat: "Somebody may have to keep them: by law, or for a report. What was not read stays"
                + (condition == nil ? "." : ", and is counted here all the same."),
            jobFile: AdviceFragment.clean(
                server.targetName, table: table, column: try row.name("bare_column"), days: days, condition: condition,
                fraction: fraction),
            measure: rows * fraction)
    }

    /// By the names that such tables have nearly everywhere, and the statistics of their column of time.
    static func query(leastRows: Int) -> ServerText {
        """
        WITH tables AS MATERIALIZED (
          SELECT t.oid, n.nspname, t.relname, t.reltuples, t.relpages, t.relname ~* 'notifications?$' AS is_notes
          FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
          WHERE t.relkind = 'r' AND NOT t.relispartition AND t.reltuples >= \(leastRows) AND \(AdviceSQL.isUsersSchema)
            AND t.relname ~* '(session|token|notification)s?$'
        ), candidates AS MATERIALIZED (
          SELECT t.*, a.attname, a.attnum, CASE WHEN t.is_notes THEN 90 ELSE 30 END AS days,
            (SELECT CASE WHEN r.atttypid = 16 THEN pg_catalog.quote_ident(r.attname) || ' = true'
                ELSE pg_catalog.quote_ident(r.attname) || ' IS NOT NULL' END
             FROM pg_catalog.pg_attribute r
             WHERE t.is_notes AND r.attrelid = t.oid AND r.attnum > 0 AND NOT r.attisdropped
               AND (r.atttypid = 16 AND r.attname IN ('read', 'is_read', 'seen')
                 OR r.atttypid IN (1114, 1184) AND r.attname IN ('read_at', 'seen_at'))
             ORDER BY r.attnum LIMIT 1) AS condition
          FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          WHERE a.atttypid IN (1114, 1184) AND (t.is_notes AND a.attname = 'created_at'
            OR NOT t.is_notes AND a.attname IN ('expires_at', 'expires', 'expire_at', 'valid_until'))
        )
        SELECT c.oid::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(c.attname) AS column,
          c.attname AS bare_column, c.days, c.condition, c.reltuples::float8 AS rows, \(AdviceSQL.bytes(of: "c")) AS bytes,
          EXISTS (
            SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
            JOIN pg_catalog.pg_am am ON am.oid = ic.relam
            WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND am.amname IN ('btree', 'brin')
              AND (i.indkey::int2[])[0] = c.attnum) AS has_index,
          coalesce((SELECT pg_catalog.avg(CASE WHEN b < pg_catalog.now() - c.days * '1 day'::pg_catalog.interval
              THEN 1.0 ELSE 0.0 END)
            FROM pg_catalog.unnest(s.histogram_bounds::text::pg_catalog.timestamptz[]) b), 0)
            * (1 - s.null_frac) AS fraction
        FROM candidates c JOIN pg_catalog.pg_stats s
          ON s.schemaname = c.nspname AND s.tablename = c.relname AND s.attname = c.attname AND NOT s.inherited
        WHERE (NOT c.is_notes OR c.condition IS NOT NULL) AND s.histogram_bounds IS NOT NULL
        """
    }
}
