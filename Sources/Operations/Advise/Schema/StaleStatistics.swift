import JobModel
import Postgres

extension AdviceCheck {
    /// A table whose statistics are missing or of other days: the planner guesses.
    static let staleStatistics = staleStatistics(leastAge: .seconds(3_600))

    /// What was analyzed less than `leastAge` ago is left out: changes from before are counted late at times.
    static func staleStatistics(leastAge: Duration) -> AdviceCheck {
        AdviceCheck(
            .staleStatistics, "tables with stale or missing statistics",
            sql: { StaleStatistics.query($0, leastAge: leastAge) }, finding: { try StaleStatistics.finding($0, $1) })
    }
}

private enum StaleStatistics {
    static let manyRows = 10_000.0

    static func finding(_ row: ResultTable.Row, _ server: AdviceServer) throws -> Finding {
        let table = try row.name("table")
        let rows = try row.double("rows")
        let isMissing = try row.bool("is_missing")
        let isPartitioned = try row.bool("is_partitioned")
        let analyzed = try row.optionalText("analyzed_at")?.text
        let summary =
            switch (isMissing, isPartitioned) {
            case (true, true): "was never analyzed as a whole: autovacuum does that for its partitions only"
            case (true, false): "was never analyzed"
            case (false, _): "has changed much since it was analyzed"
            }
        return Finding(
            .staleStatistics, object: table, severity: isMissing && rows >= manyRows ? .warning : .notice,
            confidence: .measured, summary: summary,
            evidence: [
                "rows": .number(rows), "changed_rows": .integer(try row.int("changes")),
                "analyzed_at": .text(analyzed ?? "never"),
            ],
            remedy: Remedy(
                ["ANALYZE \(table);"],
                lock: "SHARE UPDATE EXCLUSIVE on \(table): reads and writes go on.",
                risk: "Reads a sample of the table; plans change, as a rule for the better."),
            caveat: "Autovacuum may be about to come; what was counted before a crash of the server is lost.",
            jobFile: server.maintainFragment, measure: rows)
    }

    /// Partitions are counted by the catalogue, because pg_partition_tree() would lock all of them. Who may not read the
    /// catalogue of statistics sees them by a view, as far as it may read the tables.
    static func query(_ server: AdviceServer, leastAge: Duration) -> ServerText {
        let hasNone: ServerText =
            server.isSuperuser
            ? "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_statistic s WHERE s.starelid = t.oid)"
            : """
            t.reltuples < 0 OR pg_catalog.has_table_privilege(t.oid, 'SELECT') AND NOT EXISTS (
              SELECT 1 FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = t.relname)
            """
        return """
            WITH RECURSIVE tree AS (
              SELECT t.oid AS root, t.oid FROM pg_catalog.pg_class t WHERE t.relkind = 'p' AND NOT t.relispartition
              UNION ALL
              SELECT r.root, h.inhrelid FROM tree r JOIN pg_catalog.pg_inherits h ON h.inhparent = r.oid
            ), sums AS MATERIALIZED (
              SELECT r.root, sum(greatest(c.reltuples, 0)) AS rows FROM tree r JOIN pg_catalog.pg_class c ON c.oid = r.oid
              WHERE c.relkind = 'r' GROUP BY r.root
            ), tables AS MATERIALIZED (
              SELECT t.oid, t.relname, t.relkind, t.reltuples, t.relnamespace, n.nspname,
                coalesce(sums.rows, CASE WHEN t.relkind = 'p' THEN 0 ELSE \(AdviceSQL.rows(of: "t")) END)::float8 AS rows,
                pg_catalog.pg_stat_get_mod_since_analyze(t.oid) AS changes,
                greatest(pg_catalog.pg_stat_get_last_analyze_time(t.oid),
                  pg_catalog.pg_stat_get_last_autoanalyze_time(t.oid)) AS analyzed_at
              FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
              LEFT JOIN sums ON sums.root = t.oid
              WHERE (t.relkind IN ('r', 'm') OR t.relkind = 'p' AND NOT t.relispartition) AND t.relpersistence <> 't'
                AND \(AdviceSQL.isUsersSchema)
            ), judged AS (
              SELECT t.*, t.analyzed_at IS NULL AND t.rows >= 100 AND (\(hasNone)) AS is_missing
              FROM tables t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
            )
            SELECT j.oid::pg_catalog.regclass::text AS table, j.rows, j.changes, j.analyzed_at, j.is_missing,
              j.relkind = 'p' AS is_partitioned
            FROM judged j
            WHERE j.is_missing
              OR j.relkind <> 'p' AND j.changes > greatest(1000, 0.5 * j.rows)
                AND j.analyzed_at < pg_catalog.now() - '\(leastAge.components.seconds) s'::pg_catalog.interval
              OR j.relkind = 'p' AND j.reltuples >= 0 AND j.rows >= 1000
                AND j.rows NOT BETWEEN 0.5 * j.reltuples AND 2 * j.reltuples
            """
    }
}
