import JobModel
import Postgres

extension AdviceCheck {
    /// Slots for which the server keeps WAL that nobody fetches: it fills the disk, and then the server stops.
    static func slotRetainsWAL(leastBytes: Int = 1 << 30) -> AdviceCheck {
        AdviceCheck(
            .slotRetainsWAL, "replication slots that keep WAL", sql: { ReplicationSlot.query($0) },
            finding: { try ReplicationSlot.finding($0, leastBytes: leastBytes, $1) })
    }

    /// That nothing limits what slots may keep.
    static let slotWithoutLimit = AdviceCheck(
        .slotWithoutLimit, "slots that may keep WAL without limit", sql: { _ in ReplicationSlot.limit },
        finding: { row, _ in try ReplicationSlot.limitFinding(row) })
}

enum ReplicationSlot {
    /// Nil for a slot that is well. One in use may keep ten times as much.
    static func finding(
        _ row: ResultTable.Row, leastBytes: Int, _ server: AdviceServer
    ) throws -> Finding? {
        let (name, isActive) = (try row.name("name"), try row.bool("is_active"))
        let (status, retained) = (try row.optionalString("wal_status") ?? "", try row.int("retained_bytes"))
        let isLost = status == "lost"
        let isEndangered = status == "unreserved"
        guard isLost || isEndangered || retained >= (isActive ? 10 * leastBytes : leastBytes) else { return nil }
        let literal = ServerText(name).quotedAsLiteral.text
        var evidence: [String: EvidenceValue] = [
            "retained_bytes": .integer(retained), "is_active": .flag(isActive), "wal_status": .text(status),
            "type": .text(try row.name("type")),
        ]
        if let reason = try row.optionalString("invalidation_reason") { evidence["lost_by"] = .text(reason) }
        if let seconds = try row.optionalDouble("idle") { evidence["inactive_seconds"] = .number(seconds.rounded()) }
        return Finding(
            .slotRetainsWAL, object: "slot \(name)",
            severity: isEndangered || retained >= 50 * leastBytes ? .critical : .warning, confidence: .certain,
            summary: isLost
                ? "has lost WAL that it needs: its consumer cannot go on"
                : "\(isActive ? "is behind" : "is not used"), and keeps \(Quantities.bytes(retained)) of WAL",
            evidence: evidence,
            remedy: Remedy(
                isActive && !isLost ? [] : ["SELECT pg_drop_replication_slot(\(literal));"],
                advice: advice(isActive: isActive, isLost: isLost, server), lock: "None.",
                risk: "A consumer that comes back has to be made anew."),
            caveat: "A standby or subscriber that is down for a moment will need its slot again.",
            measure: Double(retained))
    }

    private static func advice(isActive: Bool, isLost: Bool, _ server: AdviceServer) -> String? {
        if isActive, !isLost { return "See why its consumer is slow." }
        return server.majorVersion >= 18
            ? "idle_replication_slot_timeout lets the server give such slots up by itself." : nil
    }

    static func limitFinding(_ row: ResultTable.Row) throws -> Finding? {
        let count = try row.int("slots")
        guard count > 0, try row.string("setting") == "-1" else { return nil }
        return Finding(
            .slotWithoutLimit, object: "server", severity: .notice, confidence: .certain,
            summary: "max_slot_wal_keep_size is -1: a consumer that stays away lets WAL fill the disk",
            evidence: ["slots": .integer(count)],
            remedy: .setting(
                "max_slot_wal_keep_size", to: "50GB", advice: "Choose what the disk of the WAL can spare.",
                risk: "A slot that needs more than that is lost, and its consumer has to be made anew."),
            caveat: "Where the disk is watched, and a lost consumer is worse than a stop, no limit may be right.")
    }

    /// From 17 on the server tells since when a slot is not used, and why it was lost.
    static func query(_ server: AdviceServer) -> ServerText {
        let isNew = server.versionNumber >= 170_000
        let idle: ServerText =
            isNew
            ? "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - inactive_since)" : "NULL::pg_catalog.float8"
        return """
            SELECT slot_name AS name, slot_type AS type, active AS is_active, wal_status, \(idle) AS idle,
              \(isNew ? "invalidation_reason" : "NULL::pg_catalog.text") AS invalidation_reason,
              greatest(0, coalesce(pg_catalog.pg_wal_lsn_diff(
                CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                  ELSE pg_catalog.pg_current_wal_lsn() END, restart_lsn), 0))::pg_catalog.int8 AS retained_bytes
            FROM pg_catalog.pg_replication_slots WHERE NOT temporary
            """
    }

    static let limit: ServerText = """
        SELECT (SELECT count(*) FROM pg_catalog.pg_replication_slots WHERE NOT temporary) AS slots,
          (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS setting
        """
}
