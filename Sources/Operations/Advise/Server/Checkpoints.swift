import JobModel
import Postgres

extension AdviceCheck {
    /// Checkpoints that come because the WAL is full, and not by the clock: each makes all pages be written whole anew.
    static func frequentCheckpoints(_ limits: CheckpointLimits = CheckpointLimits()) -> AdviceCheck {
        AdviceCheck(
            .frequentCheckpoints, "checkpoints that come too often", sql: { Checkpoints.query($0) },
            finding: { row, server in server.isInRecovery ? nil : try Checkpoints.finding(row, limits) })
    }
}

/// From where on checkpoints come too often.
struct CheckpointLimits: Sendable {
    /// Fewer may be backups, and commands. Default: 100.
    var requested = 100
    /// Default: 4.
    var perHour = 4.0
}

enum Checkpoints {
    static func finding(_ row: ResultTable.Row, _ limits: CheckpointLimits) throws -> Finding? {
        let (timed, requested) = (try row.int("timed"), try row.int("requested"))
        let perHour = Double(requested) / max(1, try row.double("seconds")) * 3_600
        guard requested >= limits.requested, requested > timed, perHour >= limits.perHour else { return nil }
        return Finding(
            .frequentCheckpoints, object: "server", severity: .notice, confidence: .measured,
            summary: "\(requested * 100 / (requested + timed)) % of checkpoints come because the WAL has reached "
                + "max_wal_size",
            evidence: [
                "timed": .integer(timed), "requested": .integer(requested),
                "requested_per_hour": .number((perHour * 10).rounded() / 10),
                "max_wal_size": .text(try row.name("max_wal_size")),
            ],
            remedy: .setting(
                "max_wal_size", to: "8GB", advice: "Choose what an hour of writing takes.",
                risk: "More WAL on disk, and a longer recovery after a crash."),
            caveat: "CHECKPOINT, CREATE DATABASE and backups ask for checkpoints as well.", measure: perHour)
    }

    /// 17 has a view of their own for them.
    static func query(_ server: AdviceServer) -> ServerText {
        let isNew = server.versionNumber >= 170_000
        return """
            SELECT \(isNew ? "num_timed" : "checkpoints_timed") AS timed,
              \(isNew ? "num_requested" : "checkpoints_req") AS requested,
              coalesce(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - stats_reset), 0) AS seconds,
              pg_catalog.current_setting('max_wal_size') AS max_wal_size
            FROM pg_catalog.\(isNew ? "pg_stat_checkpointer" : "pg_stat_bgwriter")
            """
    }
}
