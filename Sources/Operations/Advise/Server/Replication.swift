import JobModel
import Postgres

extension AdviceCheck {
    /// Standbys that are far behind: what they answer is old, and what they would save is lost.
    static func replicationLag(_ limits: ReplicationLimits = ReplicationLimits()) -> AdviceCheck {
        AdviceCheck(
            .replicationLag, "standbys that are behind",
            sql: { server in
                try server.requireSightOfSessions()
                return server.isInRecovery ? Replication.ownLag : Replication.lag
            }, finding: { row, _ in try Replication.lagFinding(row, limits) })
    }

    /// Standbys that streamed at the last run and do not now.
    static let standbyDisconnected = AdviceCheck(.standbyDisconnected, "standbys that have gone") { probe in
        try probe.server.requireSightOfSessions()
        let names = try await probe.rows(Replication.names).map { try $0.name("name") }
        var known: [String: CivilTime] = await probe.remembered(.standbyDisconnected) ?? [:]
        for name in names { known[name] = probe.server.now }
        known = known.filter { probe.server.now.secondsSinceEpoch - $0.value.secondsSinceEpoch < 14 * 86_400 }
        try await probe.remember(known, of: .standbyDisconnected)
        return known.keys.filter { !names.contains($0) }.sorted().map { name in
            Replication.gone(name, lastSeen: known[name] ?? probe.server.now)
        }
    }

    /// That commits wait for standbys of which too few are there.
    static let synchronousStandbyMissing = AdviceCheck(
        .synchronousStandbyMissing, "synchronous standbys that are missing",
        sql: { server in
            try server.requireSightOfSessions()
            return Replication.synchronous
        }, finding: { row, server in server.isInRecovery ? nil : try Replication.missing(row) })
}

/// From where on a standby is far behind.
struct ReplicationLimits: Sendable {
    /// Default: 256 MiB.
    var bytes = 256 << 20
    /// Default: 5 minutes.
    var seconds = 300.0
}

enum Replication {
    static func lagFinding(_ row: ResultTable.Row, _ limits: ReplicationLimits) throws -> Finding? {
        let (name, bytes) = (try row.name("name"), try row.optionalDouble("lag_bytes") ?? 0)
        let seconds = try row.optionalDouble("lag_seconds") ?? 0
        let isPaused = try row.bool("is_paused")
        // An idle primary sends nothing, and time alone passes there.
        let isLate = seconds >= limits.seconds && bytes > 0
        guard bytes >= Double(limits.bytes) || isLate || isPaused else { return nil }
        return Finding(
            .replicationLag, object: "standby \(name)",
            severity: bytes >= Double(limits.bytes) * 16 ? .critical : .warning, confidence: .measured,
            summary: (isPaused ? "its replay is paused, " : "")
                + "it is \(Quantities.bytes(Int(bytes))) and \(Quantities.seconds(seconds)) behind",
            evidence: [
                "lag_bytes": .integer(Int(bytes)), "lag_seconds": .integer(Int(seconds)),
                "state": .text(try row.name("state")), "is_paused": .flag(isPaused),
            ],
            remedy: Remedy(
                isPaused ? ["SELECT pg_wal_replay_resume();"] : [],
                advice:
                    "Look at the standby: its disk, a query that holds up the replay (max_standby_streaming_delay), "
                    + "and the network between.",
                lock: "None.", risk: "Queries on the standby may be cancelled when its replay goes on."),
            caveat:
                "A burst of writes, a delayed standby (recovery_min_apply_delay) and a new one catch up by themselves.",
            measure: bytes)
    }

    static func gone(_ name: String, lastSeen: CivilTime) -> Finding {
        Finding(
            .standbyDisconnected, object: "standby \(name)", severity: .warning, confidence: .baseline,
            summary: "it does not stream; it did at the run of \(lastSeen.text)",
            evidence: ["last_seen_at": .text(lastSeen.text)],
            remedy: Remedy(
                [],
                advice:
                    "See whether it runs, and its log; where it was taken away, this finding ends by itself after 14 "
                    + "days, and its slot has to be dropped.", lock: "None.", risk: "None."),
            caveat: "It may be restarting at this moment.")
    }

    static func missing(_ row: ResultTable.Row) throws -> Finding? {
        let setting = try row.name("setting")
        guard !setting.isEmpty else { return nil }
        let (needed, present) = (wanted(by: setting), try row.int("present"))
        guard present < needed else { return nil }
        return Finding(
            .synchronousStandbyMissing, object: "server", severity: .critical, confidence: .certain,
            summary: "commits wait for \(needed) synchronous standby\(needed == 1 ? "" : "s"), and \(present) stream",
            evidence: ["synchronous_standby_names": .text(setting), "present": .integer(present)],
            remedy: .setting(
                "synchronous_standby_names", to: "", advice: "Bring the standby back; or do without, for now:",
                risk: "A crash of this server may lose what no standby has."),
            caveat: "It may be restarting at this moment; synchronous_commit = local or off does not wait.")
    }

    /// `FIRST 2 (a, b, c)`, `ANY 2 (…)`, `2 (…)`, or a list of which the first counts.
    static func wanted(by setting: String) -> Int {
        guard let match = setting.prefixMatch(of: /\s*(?:(?i:first|any)\s+)?([0-9]+)\s*\(/) else { return 1 }
        return Int(match.1) ?? 1
    }

    static let lag: ServerText = """
        SELECT application_name AS name, coalesce(state, '') AS state, false AS is_paused,
          pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)::pg_catalog.int8 AS lag_bytes,
          pg_catalog.date_part('epoch', replay_lag) AS lag_seconds
        FROM pg_catalog.pg_stat_replication WHERE state IN ('streaming', 'catchup') AND replay_lsn IS NOT NULL
        """

    /// From the standby's own side.
    static let ownLag: ServerText = """
        SELECT 'itself' AS name, 'replay' AS state, pg_catalog.pg_is_wal_replay_paused() AS is_paused,
          pg_catalog.pg_wal_lsn_diff(
            pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())::pg_catalog.int8 AS lag_bytes,
          pg_catalog.date_part(
            'epoch', pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) AS lag_seconds
        """

    static let names: ServerText = """
        SELECT DISTINCT application_name AS name FROM pg_catalog.pg_stat_replication WHERE state IN ('streaming', 'catchup')
        """

    static let synchronous: ServerText = """
        SELECT pg_catalog.current_setting('synchronous_standby_names') AS setting,
          (SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS present
        """
}
