import JobModel
import Postgres

/// Where pg_stat_statements is, and by which names it counts: the extension may be older than the server, until
/// somebody updates it.
///
/// Source: PostgreSQL manual, F.32 "pg_stat_statements".
struct StatementStatistics: Sendable, Equatable {
    let schema: ServerText
    /// In milliseconds.
    let totalTimeColumn: ServerText
    let meanTimeColumn: ServerText
    /// Whether it tells how often it had to forget statements: from 1.9 on.
    let countsEvictions: Bool

    /// Nil where there is no such extension here, or its library is not loaded: every query of its view fails then.
    static func find(_ session: Session) async throws -> StatementStatistics? {
        let table = try await session.query(
            """
            SELECT n.nspname AS schema, EXISTS (
              SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
              WHERE c.relname = 'pg_stat_statements' AND c.relnamespace = n.oid AND a.attname = 'total_exec_time'
            ) AS is_recent, EXISTS (
              SELECT FROM pg_catalog.pg_class c
              WHERE c.relname = 'pg_stat_statements_info' AND c.relnamespace = n.oid) AS counts_evictions
            FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements'
              AND EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'pg_stat_statements.max')
            """)
        guard let row = table.rows.first else { return nil }
        let isRecent = try row.bool("is_recent")
        return StatementStatistics(
            schema: try row.text("schema"), totalTimeColumn: isRecent ? "total_exec_time" : "total_time",
            meanTimeColumn: isRecent ? "mean_exec_time" : "mean_time",
            countsEvictions: try row.bool("counts_evictions"))
    }

    /// Without the texts, which stand in a file.
    var sql: ServerText {
        """
        (WITH s AS MATERIALIZED (
          SELECT * FROM \(schema.quotedAsIdentifier).pg_stat_statements(false)
          WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
        SELECT pg_catalog.json_build_object(
          'count', (SELECT count(*) FROM s),
          'execution_seconds', (SELECT coalesce(sum(\(totalTimeColumn)), 0) / 1000 FROM s),
          'calls', (SELECT coalesce(sum(calls), 0)::pg_catalog.int8 FROM s),
          'slowest', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'query_id', coalesce(queryid, 0)::pg_catalog.text, 'calls', calls, 'rows', rows,
            'total_seconds', \(totalTimeColumn) / 1000, 'mean_seconds', \(meanTimeColumn) / 1000)
            ORDER BY \(totalTimeColumn) DESC), '[]'::pg_catalog.json)
            FROM (SELECT * FROM s ORDER BY \(totalTimeColumn) DESC LIMIT 10) top)))
        """
    }
}
