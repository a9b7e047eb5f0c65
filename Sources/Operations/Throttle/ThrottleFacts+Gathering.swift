import JobModel
package import Postgres

extension ThrottleFacts {
    /// Asks the primary, in one round trip. `tables` are the oids of those whose vacuuming counts.
    ///
    /// Sessions that copy a database are ``DumpSessions``, and hold a snapshot.
    package static func gather(on session: Session, tables: [UInt32]) async throws -> ThrottleFacts {
        let oids = "{" + tables.map(String.init).joined(separator: ",") + "}"
        return try read(try await session.query(sql, ["\(oids)"]).onlyRow())
    }

    private static func read(_ row: ResultTable.Row) throws -> ThrottleFacts {
        var facts = ThrottleFacts()
        facts.replayLagBytes = try row.int64("replay_lag_bytes")
        facts.replayLag = .milliseconds(try row.int64("replay_lag_ms"))
        if let name = try row.optionalText("slot_name")?.text {
            facts.slot = Slot(name: name, retainedBytes: try row.int64("slot_bytes"))
        }
        facts.slotLimitBytes = try row.optionalInt64("slot_limit_bytes")
        facts.isArchiverFailing = try row.bool("archiver_failing")
        facts.archiveBacklogInSegments = try row.int("archive_backlog")
        facts.lockWaiters = try row.int("lock_waiters")
        facts.activeBackends = try row.int("active_backends")
        facts.vacuumedTables = try lines(row, "vacuumed")
        facts.backups = try lines(row, "backups")
        facts.seesOthers = try row.bool("sees_others")
        return facts
    }

    private static func lines(_ row: ResultTable.Row, _ column: String) throws -> [String] {
        (try row.optionalText(column)?.text ?? "").split(separator: "\n").map(String.init)
    }

    /// A slot whose WAL is gone keeps none. `replay_lag` is null for standbys that have nothing to do. The names of
    /// archived files that are no segments (`….backup`, `….history`) tell nothing of the backlog.
    private static let sql: ServerText = """
        SELECT coalesce(r.bytes, 0)::bigint AS replay_lag_bytes, coalesce(r.ms, 0)::bigint AS replay_lag_ms,
               s.slot_name, s.bytes::bigint AS slot_bytes, k.bytes AS slot_limit_bytes,
               w.on_ AND a.last_failed_time > coalesce(a.last_archived_time, '-infinity') IS TRUE AS archiver_failing,
               CASE WHEN w.on_ AND a.last_archived_wal ~ '^[0-9A-F]{24}$' THEN
                    greatest(0, pg_catalog.floor(pg_catalog.pg_wal_lsn_diff(w.lsn, '0/0') / w.segment)::bigint
                    - (('x' || pg_catalog.substr(a.last_archived_wal, 9, 8))::bit(32)::bigint
                       * (4294967296 / w.segment)
                       + ('x' || pg_catalog.substr(a.last_archived_wal, 17, 8))::bit(32)::bigint) - 1)
                    ELSE 0 END AS archive_backlog,
               p.waiters AS lock_waiters, p.active AS active_backends, v.names AS vacuumed, p.backups,
               pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_others
          FROM (SELECT pg_catalog.pg_current_wal_lsn() AS lsn,
                       pg_catalog.current_setting('archive_mode') <> 'off' AS on_,
                       (SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size') AS segment) w
         CROSS JOIN pg_catalog.pg_stat_archiver a
         CROSS JOIN (SELECT max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)) AS bytes,
                            max(extract(epoch FROM replay_lag) * 1000) AS ms
                       FROM pg_catalog.pg_stat_replication WHERE state IN ('streaming', 'catchup')) r
          LEFT JOIN LATERAL (
               SELECT slot_name, pg_catalog.pg_wal_lsn_diff(w.lsn, restart_lsn) AS bytes
                 FROM pg_catalog.pg_replication_slots WHERE restart_lsn IS NOT NULL AND wal_status <> 'lost'
                ORDER BY 2 DESC LIMIT 1) s ON true
         CROSS JOIN (SELECT CASE WHEN setting::bigint >= 0 THEN setting::bigint * 1048576 END AS bytes
                       FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') k
         CROSS JOIN (SELECT pg_catalog.string_agg(c.relname::text, E'\\n' ORDER BY c.relname) AS names
                       FROM pg_catalog.pg_stat_progress_vacuum v JOIN pg_catalog.pg_class c ON c.oid = v.relid
                      WHERE v.datname = pg_catalog.current_database() AND v.relid = ANY ($1::oid[])
                        AND v.pid <> pg_catalog.pg_backend_pid()) v
         CROSS JOIN (SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiters,
                            count(*) FILTER (WHERE backend_type = 'client backend' AND state = 'active'
                                                   AND pid <> pg_catalog.pg_backend_pid()) AS active,
                            pg_catalog.string_agg(DISTINCT application_name, E'\\n') FILTER (
                                WHERE datname = pg_catalog.current_database() AND backend_xmin IS NOT NULL
                                      AND pid <> pg_catalog.pg_backend_pid()
                                      AND \(DumpSessions.condition)) AS backups
                       FROM pg_catalog.pg_stat_activity) p
        """
}
