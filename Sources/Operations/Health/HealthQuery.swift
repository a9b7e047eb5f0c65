import JobModel

/// The one query that gives ``HealthValues``, as one JSON text: one round trip, also where a server is far away.
struct HealthQuery {
    let versionNumber: Int
    let statements: StatementStatistics?

    var sql: ServerText {
        """
        SELECT pg_catalog.json_build_object(
          'taken_at_seconds', \(Self.epoch("pg_catalog.clock_timestamp()")),
          'server', \(Self.server), 'database', \(Self.database),
          'connections', \(Self.connections), 'transactions', \(Self.transactions),
          'tables', \(Self.tables), 'checkpoints', \(checkpoints),
          'archiver', \(Self.archiver), 'standbys', \(Self.standbys), 'recovery', \(Self.recovery),
          'slots', \(Self.slots), 'statements', \(statements?.sql ?? "NULL::pg_catalog.json"))::pg_catalog.text AS health
        """
    }

    // MARK: - The server

    private static let server: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'version_number', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
          'is_standby', pg_catalog.pg_is_in_recovery(),
          'uptime_seconds', \(seconds(since: "pg_catalog.pg_postmaster_start_time()")),
          'sees_all_sessions', pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
          'oldest_xid_age', max(pg_catalog.age(datfrozenxid)),
          'oldest_multixact_age', max(pg_catalog.mxid_age(datminmxid)),
          'wal_position_bytes', pg_catalog.pg_wal_lsn_diff(\(walPosition), '0/0')::pg_catalog.int8)
        FROM pg_catalog.pg_database)
        """

    private static let database: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'name', d.datname, 'size_bytes', pg_catalog.pg_database_size(d.oid),
          'xid_age', pg_catalog.age(d.datfrozenxid), 'multixact_age', pg_catalog.mxid_age(d.datminmxid),
          'commits', s.xact_commit, 'rollbacks', s.xact_rollback,
          'blocks_read', s.blks_read, 'blocks_hit', s.blks_hit,
          'block_read_seconds',
            CASE WHEN pg_catalog.current_setting('track_io_timing')::pg_catalog.bool THEN s.blk_read_time / 1000 END,
          'temporary_files', s.temp_files, 'temporary_file_bytes', s.temp_bytes, 'deadlocks', s.deadlocks,
          'recovery_conflicts', s.conflicts, 'checksum_failures', s.checksum_failures,
          'sessions', s.sessions, 'sessions_abandoned', s.sessions_abandoned, 'sessions_fatal', s.sessions_fatal,
          'sessions_killed', s.sessions_killed, 'statistics_reset_at_seconds', \(epoch("s.stats_reset")))
        FROM pg_catalog.pg_database d JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid
        WHERE d.datname = pg_catalog.current_database())
        """

    // MARK: - Sessions

    private static let connections: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'total', count(*), 'active', count(*) FILTER (WHERE state = 'active'),
          'idle', count(*) FILTER (WHERE state = 'idle'),
          'idle_in_transaction', count(*) FILTER (WHERE state LIKE 'idle in transaction%'),
          'waiting_for_lock', count(*) FILTER (WHERE wait_event_type = 'Lock'),
          'max', pg_catalog.current_setting('max_connections')::pg_catalog.int4,
          'reserved', pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4
            + coalesce(pg_catalog.current_setting('reserved_connections', true)::pg_catalog.int4, 0))
        FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend')
        """

    /// Of others: our own session is not news.
    private static let transactions: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'oldest_seconds', coalesce(max(\(seconds(since: "xact_start"))), 0),
          'longest_idle_seconds', coalesce(
            max(\(seconds(since: "state_change"))) FILTER (WHERE state LIKE 'idle in transaction%'), 0),
          'oldest_xmin_age', coalesce((SELECT max(pg_catalog.age(x)) FROM (
            SELECT backend_xmin FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid()
            UNION ALL SELECT transaction FROM pg_catalog.pg_prepared_xacts
            UNION ALL SELECT xmin FROM pg_catalog.pg_replication_slots
            UNION ALL SELECT catalog_xmin FROM pg_catalog.pg_replication_slots) holders(x)), 0),
          'prepared', (SELECT count(*) FROM pg_catalog.pg_prepared_xacts),
          'oldest_prepared_seconds',
            coalesce((SELECT max(\(seconds(since: "prepared"))) FROM pg_catalog.pg_prepared_xacts), 0))
        FROM pg_catalog.pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid())
        """

    // MARK: - Tables

    /// The functions below the view: it joins and groups what nobody asks for here.
    private static let tables: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'live_rows', coalesce(sum(live), 0)::pg_catalog.int8, 'dead_rows', coalesce(sum(dead), 0)::pg_catalog.int8,
          'most_dead_rows', coalesce(max(dead), 0))
        FROM (SELECT pg_catalog.pg_stat_get_live_tuples(oid) AS live, pg_catalog.pg_stat_get_dead_tuples(oid) AS dead
          FROM pg_catalog.pg_class WHERE relkind IN ('r', 'm')) t)
        """

    // MARK: - WAL

    private var checkpoints: ServerText {
        versionNumber >= 170_000
            ? Self.checkpoints("num_timed", "num_requested", "write_time", "sync_time", "pg_stat_checkpointer")
            : Self.checkpoints(
                "checkpoints_timed", "checkpoints_req", "checkpoint_write_time", "checkpoint_sync_time",
                "pg_stat_bgwriter")
    }

    private static func checkpoints(
        _ timed: ServerText, _ requested: ServerText, _ write: ServerText, _ sync: ServerText, _ view: ServerText
    ) -> ServerText {
        """
        (SELECT pg_catalog.json_build_object('timed', \(timed), 'requested', \(requested),
          'write_seconds', \(write) / 1000, 'sync_seconds', \(sync) / 1000) FROM pg_catalog.\(view))
        """
    }

    /// Names of segments count in units of the segment's size: 8 digits of the timeline, 8 of 4 GiB, 8 within them.
    private static let archiver: ServerText = """
        (SELECT pg_catalog.json_build_object(
          'archived', archived_count, 'failed', failed_count,
          'is_failing', coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
          'seconds_since_last_archived', \(seconds(since: "last_archived_time")),
          'waiting_segments', CASE WHEN last_archived_wal ~ '^[0-9A-F]{24}$' AND NOT pg_catalog.pg_is_in_recovery() THEN
            greatest(0, (pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0') / w.bytes)::pg_catalog.int8
              - 1 - ('x' || pg_catalog.substr(last_archived_wal, 9, 8))::pg_catalog.bit(32)::pg_catalog.int8
                * (4294967296 / w.bytes)
              - ('x' || pg_catalog.substr(last_archived_wal, 17, 8))::pg_catalog.bit(32)::pg_catalog.int8) END)
        FROM pg_catalog.pg_stat_archiver,
          (SELECT setting::pg_catalog.int8 AS bytes FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size') w
        WHERE pg_catalog.current_setting('archive_mode') <> 'off')
        """

    private static let standbys: ServerText = """
        (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', application_name, 'state', coalesce(state, 'unknown'), 'sync_state', coalesce(sync_state, 'unknown'),
          'lag_bytes', pg_catalog.pg_wal_lsn_diff(\(walPosition), replay_lsn)::pg_catalog.int8,
          'lag_seconds', pg_catalog.date_part('epoch', replay_lag)) ORDER BY application_name), '[]'::pg_catalog.json)
        FROM pg_catalog.pg_stat_replication)
        """

    private static let recovery: ServerText = """
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.json_build_object(
          'is_streaming', EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver WHERE pid IS NOT NULL),
          'unreplayed_bytes', greatest(0, coalesce(pg_catalog.pg_wal_lsn_diff(
            pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()), 0))::pg_catalog.int8,
          'lag_seconds', CASE
            WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0
            ELSE coalesce(\(seconds(since: "pg_catalog.pg_last_xact_replay_timestamp()")), 0) END,
          'is_paused', pg_catalog.pg_is_wal_replay_paused()) END
        """

    private static let slots: ServerText = """
        (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', slot_name, 'type', slot_type, 'is_active', active, 'wal_status', wal_status,
          'retained_bytes', pg_catalog.pg_wal_lsn_diff(\(walPosition), restart_lsn)::pg_catalog.int8,
          'safe_bytes', safe_wal_size) ORDER BY slot_name), '[]'::pg_catalog.json)
        FROM pg_catalog.pg_replication_slots)
        """

    // MARK: - Parts

    private static let walPosition: ServerText = """
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
          ELSE pg_catalog.pg_current_wal_lsn() END
        """

    /// A clock that was set back makes no time negative.
    private static func seconds(since time: ServerText) -> ServerText {
        "greatest(0, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - \(time)))"
    }

    private static func epoch(_ time: ServerText) -> ServerText {
        "pg_catalog.date_part('epoch', \(time))"
    }
}
