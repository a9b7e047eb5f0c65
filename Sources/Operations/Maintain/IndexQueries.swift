import JobModel
import Postgres

/// What is asked of the server before an index is rebuilt.
enum IndexQueries {
    /// The indexes of users' tables. The size of one that somebody holds locked is the catalogue's, so that nobody is
    /// waited for.
    static func indexes(serverVersion: Int) -> ServerText {
        let maintain: ServerText =
            serverVersion >= 170_000 ? "OR pg_catalog.has_table_privilege(t.oid, 'MAINTAIN')" : ""
        return """
            WITH locked AS MATERIALIZED (
                SELECT l.relation FROM pg_catalog.pg_locks l
                 WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock')
            SELECT i.indexrelid AS oid, i.indrelid AS table, n.nspname AS schema, c.relname AS name,
                   tn.nspname AS table_schema, t.relname AS table_name, am.amname AS method,
                   i.indisvalid AS valid, i.indisexclusion AS exclusion,
                   CASE WHEN i.indexrelid IN (SELECT k.relation FROM locked k)
                        THEN c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8
                        ELSE pg_catalog.pg_relation_size(i.indexrelid) END AS bytes,
                   c.reltuples AS rows, \(definition) AS definition,
                   (SELECT o.option_value FROM pg_catalog.pg_options_to_table(c.reloptions) o
                     WHERE o.option_name = 'fillfactor') AS fill_factor,
                   pg_catalog.pg_has_role(t.relowner, 'USAGE') \(maintain) AS permitted
              FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
              JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
              JOIN pg_catalog.pg_am am ON am.oid = c.relam
             WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
               AND n.nspname <> 'information_schema'
             ORDER BY i.indexrelid
            """
    }

    /// What the index `i`, which is the relation `c`, is, whatever its name: what has another one is another index.
    static let definition: ServerText = """
        pg_catalog.md5(pg_catalog.replace(pg_catalog.pg_get_indexdef(i.indexrelid),
            ' INDEX ' || pg_catalog.quote_ident(c.relname) || ' ON ', ' INDEX ON '))
        """

    /// What an index would wait for that is older than five minutes: REINDEX CONCURRENTLY waits for every snapshot of
    /// the database. Whose age our role may not see counts by nothing.
    static let oldTransactions: ServerText = """
        SELECT 'process ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '')
                   || ', whose transaction is older than 5 minutes' AS who
          FROM pg_catalog.pg_stat_activity a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.xact_start < pg_catalog.clock_timestamp() - '5 minutes'::pg_catalog.interval
           AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
           AND a.pid NOT IN (SELECT p.pid FROM pg_catalog.pg_stat_progress_vacuum p)
        UNION ALL
        SELECT 'the prepared transaction ' || x.gid FROM pg_catalog.pg_prepared_xacts x
         WHERE x.database = pg_catalog.current_database()
        """

    /// How far the standbys are behind, and how much WAL the tightest slot may still keep. NULL for none, and for what
    /// our role may not see.
    static let pressure: ServerText = """
        SELECT (SELECT max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn))::pg_catalog.int8
                  FROM pg_catalog.pg_stat_replication r WHERE r.state IN ('streaming', 'catchup')) AS lag,
               (SELECT min(s.safe_wal_size) FROM pg_catalog.pg_replication_slots s) AS slot_room
        """

    /// The schema of pgstattuple, where our role may use it.
    static let measuring: ServerText = """
        SELECT n.nspname AS schema FROM pg_catalog.pg_extension e
          JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
          JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = 'pgstatindex'
           AND p.proargtypes[0] = 'pg_catalog.regclass'::pg_catalog.regtype
         WHERE e.extname = 'pgstattuple' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
           AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
        """

    /// How full a B-tree is. The density of one without entries is NaN.
    static func fill(schema: ServerText) -> ServerText {
        """
        SELECT avg_leaf_density AS density, leaf_pages AS leaves, internal_pages AS inner_pages,
               pg_catalog.current_setting('block_size')::pg_catalog.int8 AS page_size
          FROM \(schema.quotedAsIdentifier).pgstatindex($1::pg_catalog.oid::pg_catalog.regclass)
        """
    }
}
