import JobModel

/// What is asked of the server before anything is decided. None of it locks a table, or waits for somebody who has:
/// sizes are the catalogue's, not those of the files.
struct MaintainQueries: Sendable {
    /// As servers number themselves.
    let serverVersion: Int
    /// Whether our role may read pg_statistic; others see what pg_stats shows them.
    let seesStatistics: Bool
    /// Whether there is a pg_stat_autovacuum_scores, from 19 on, that our role may read.
    let seesScores: Bool

    /// The server, and what our role may do.
    static let server: ServerText = """
        SELECT pg_catalog.pg_is_in_recovery() AS standby,
               EXTRACT(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.float8 AS now,
               pg_catalog.has_table_privilege('pg_catalog.pg_statistic', 'SELECT') AS statistics,
               coalesce((SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT')
                                AND count(a.attname) = 3
                           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
                          WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace
                            AND c.relname = 'pg_stat_autovacuum_scores'
                            AND a.attname IN ('relid', 'do_vacuum', 'do_analyze')
                            AND (SELECT pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
                                   FROM pg_catalog.pg_proc p WHERE p.proname = 'pg_stat_get_autovacuum_scores')
                          GROUP BY c.oid), false) AS scores
        """

    static let settings: ServerText = """
        SELECT name, setting FROM pg_catalog.pg_settings
         WHERE name LIKE 'autovacuum%' OR name IN ('vacuum_failsafe_age', 'vacuum_multixact_failsafe_age', 'block_size')
        """

    /// Every table, materialized view and partitioned table that can be vacuumed or analyzed from here.
    var tables: ServerText {
        let frozen = serverVersion >= 180_000 ? "relallfrozen" : "reltuples * 0"
        let maintain = serverVersion >= 170_000 ? "OR pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')" : ""
        let statistics =
            seesStatistics
            ? "EXISTS (SELECT FROM pg_catalog.pg_statistic z "
                + "WHERE z.starelid = c.oid AND z.stainherit = (c.relkind = 'p'))"
            : "(n.nspname, c.relname) IN (SELECT z.schemaname, z.tablename FROM pg_catalog.pg_stats z)"
        return """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relhassubclass AS parent,
                   n.nspname ~ '^pg_' OR n.nspname = 'information_schema' AS system,
                   c.relpages AS pages, c.\(ServerText(frozen)) AS frozen, c.reltuples AS rows,
                   pg_catalog.array_to_string(c.reloptions, E'\\n') AS options,
                   pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead, \(ServerText(inserted("c"))) AS inserted,
                   pg_catalog.pg_stat_get_mod_since_analyze(c.oid) AS modified,
                   EXTRACT(epoch FROM greatest(pg_catalog.pg_stat_get_last_vacuum_time(c.oid),
                       pg_catalog.pg_stat_get_last_autovacuum_time(c.oid)))::pg_catalog.float8 AS vacuumed,
                   EXTRACT(epoch FROM greatest(pg_catalog.pg_stat_get_last_analyze_time(c.oid),
                       pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)))::pg_catalog.float8 AS analyzed,
                   EXTRACT(epoch FROM pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid))::pg_catalog.float8
                       AS autoanalyzed,
                   \(ServerText(Self.ages("c"))),
                   t.oid AS toast, t.relpages AS toast_pages, t.\(ServerText(frozen)) AS toast_frozen,
                   t.reltuples AS toast_rows, pg_catalog.array_to_string(t.reloptions, E'\\n') AS toast_options,
                   pg_catalog.pg_stat_get_dead_tuples(t.oid) AS toast_dead,
                   \(ServerText(inserted("t"))) AS toast_inserted,
                   \(ServerText(Self.ages("t", prefix: "toast_"))),
                   pg_catalog.pg_has_role(c.relowner, 'USAGE')
                       OR NOT c.relisshared AND pg_catalog.pg_has_role(d.datdba, 'USAGE')
                       \(ServerText(maintain)) AS permitted,
                   \(ServerText(statistics)) AS statistics,
                   \(ServerText(seesScores ? "coalesce(v.do_vacuum, false)" : "false")) AS server_vacuum,
                   \(ServerText(seesScores ? "coalesce(v.do_analyze, false)" : "false")) AS server_analyze
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
              LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
              \(ServerText(seesScores ? "LEFT JOIN pg_catalog.pg_stat_autovacuum_scores v ON v.relid = c.oid" : ""))
             WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
            """
    }

    private func inserted(_ alias: String) -> String { "pg_catalog.pg_stat_get_ins_since_vacuum(\(alias).oid)" }

    /// What has no rows of its own has no age.
    private static func ages(_ alias: String, prefix: String = "") -> String {
        """
        CASE WHEN \(alias).relfrozenxid <> '0'::pg_catalog.xid THEN pg_catalog.age(\(alias).relfrozenxid) ELSE 0 END
                       AS \(prefix)xid_age,
                   CASE WHEN \(alias).relminmxid <> '0'::pg_catalog.xid THEN pg_catalog.mxid_age(\(alias).relminmxid)
                        ELSE 0 END
                       AS \(prefix)mxid_age
        """
    }

    /// How old some tables are at this moment.
    static let ages: ServerText = """
        SELECT c.oid, pg_catalog.age(c.relfrozenxid)::pg_catalog.float8 AS xid_age,
               pg_catalog.mxid_age(c.relminmxid)::pg_catalog.float8 AS mxid_age
          FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::pg_catalog.oid[])
        """

    static let children: ServerText = "SELECT inhparent AS parent, inhrelid AS child FROM pg_catalog.pg_inherits"

    /// Whoever keeps dead rows of this database from being removed, the oldest first. VACUUM itself keeps nobody.
    ///
    /// A transaction's snapshot is no younger than its state: than the statement that runs, or the end of the last one.
    var holders: ServerText {
        let slotSince =
            serverVersion >= 170_000
            ? "EXTRACT(epoch FROM s.inactive_since)::pg_catalog.float8" : "NULL::pg_catalog.float8"
        return """
            SELECT 'transaction' AS kind, a.pid::pg_catalog.text AS name,
                   pg_catalog.concat_ws(', ', nullif(a.application_name, ''), a.usename, a.state,
                       'since ' || pg_catalog.to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS')) AS detail,
                   greatest(pg_catalog.age(a.backend_xid), pg_catalog.age(a.backend_xmin)) AS xid_age,
                   EXTRACT(epoch FROM CASE WHEN a.state = 'active' THEN a.query_start ELSE a.state_change END
                       )::pg_catalog.float8 AS since, false AS catalog_only
              FROM pg_catalog.pg_stat_activity a
             WHERE (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL) AND a.pid <> pg_catalog.pg_backend_pid()
               AND a.datname = pg_catalog.current_database()
               AND a.pid NOT IN (SELECT p.pid FROM pg_catalog.pg_stat_progress_vacuum p)
            UNION ALL
            SELECT 'prepared-transaction', x.gid, pg_catalog.concat_ws(', ', x.owner, 'since '
                       || pg_catalog.to_char(x.prepared, 'YYYY-MM-DD HH24:MI:SS')),
                   pg_catalog.age(x.transaction), EXTRACT(epoch FROM x.prepared)::pg_catalog.float8, false
              FROM pg_catalog.pg_prepared_xacts x WHERE x.database = pg_catalog.current_database()
            UNION ALL
            SELECT 'replication-slot', s.slot_name, pg_catalog.concat_ws(', ', s.slot_type,
                       CASE WHEN s.active THEN 'active' ELSE 'inactive' END),
                   coalesce(pg_catalog.age(s.xmin), pg_catalog.age(s.catalog_xmin)), \(ServerText(slotSince)),
                   s.xmin IS NULL
              FROM pg_catalog.pg_replication_slots s
             WHERE s.xmin IS NOT NULL
                OR s.catalog_xmin IS NOT NULL
            UNION ALL
            SELECT 'standby', coalesce(nullif(r.application_name, ''), r.pid::pg_catalog.text),
                   pg_catalog.concat_ws(', ', r.usename, r.state), pg_catalog.age(r.backend_xmin), NULL, false
              FROM pg_catalog.pg_stat_replication r WHERE r.backend_xmin IS NOT NULL
             ORDER BY xid_age DESC
            """
    }

    /// Who maintains which table at this moment, autovacuum among them. Our own session is nobody.
    static let busy: ServerText = """
        SELECT w.relation, w.pid,
               CASE WHEN a.backend_type = 'autovacuum worker' THEN 'autovacuum'
                    ELSE coalesce(nullif(a.application_name, ''), w.what) END AS who
          FROM (SELECT relid AS relation, pid, 'VACUUM' AS what FROM pg_catalog.pg_stat_progress_vacuum
                 WHERE datname = pg_catalog.current_database()
                UNION ALL SELECT relid, pid, 'ANALYZE' FROM pg_catalog.pg_stat_progress_analyze
                 WHERE datname = pg_catalog.current_database()
                UNION ALL SELECT relid, pid, 'CREATE INDEX' FROM pg_catalog.pg_stat_progress_create_index
                 WHERE datname = pg_catalog.current_database()
                UNION ALL SELECT l.relation, l.pid, 'another session' FROM pg_catalog.pg_locks l
                 WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'
                   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                      WHERE d.datname = pg_catalog.current_database())) w
          LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid
         WHERE w.pid <> pg_catalog.pg_backend_pid() AND w.relation IS NOT NULL
        """

    /// Dumps of this database.
    static let dumps: ServerText = """
        SELECT a.pid, a.application_name AS name FROM pg_catalog.pg_stat_activity a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.backend_xmin IS NOT NULL AND \(DumpSessions.condition)
         ORDER BY a.pid
        """
}
