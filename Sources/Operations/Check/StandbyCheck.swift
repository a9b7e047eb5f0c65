import JobModel
import Postgres

/// How good a hot standby is as the source of backups: how far behind it is, and whether it lets long ones finish.
struct StandbyCheck: Sendable {
    let subject: String
    /// A backup that takes longer than this may be broken off by a conflict.
    private static let shortDelayInMilliseconds = 3_600_000

    func run(on session: Session) async throws -> [CheckFinding] {
        var findings: [CheckFinding] = []
        let age = try await StandbyAge.gather(on: session)
        if let lag = age.lagInSeconds, lag < StandbyAge.notableLagInSeconds {
            findings.append(.good(subject, "the standby is \(Quantities.seconds(Double(lag))) behind its primary"))
        } else if let warning = try age.warning(server: session.server.displayText, limit: nil) {
            findings.append(
                .warning(
                    subject, warning, advice: "See pg_stat_wal_receiver and pg_is_wal_replay_paused() on the standby."))
        }
        let row = try await session.query(
            """
            SELECT pg_catalog.current_setting('hot_standby_feedback')::pg_catalog.bool AS feedback,
                   (SELECT setting::pg_catalog.int8 FROM pg_catalog.pg_settings
                     WHERE name = 'max_standby_streaming_delay') AS delay,
                   pg_catalog.current_setting('max_standby_streaming_delay') AS delay_text
            """
        ).onlyRow()
        let delay = try row.int64("delay")
        if try !row.bool("feedback"), delay >= 0, delay < Self.shortDelayInMilliseconds {
            findings.append(
                .warning(
                    subject,
                    "the standby breaks off what stands in the way of its replay after \(try row.string("delay_text")) "
                        + "(max_standby_streaming_delay), long backups too",
                    advice: "Set hot_standby_feedback = on there, or a longer max_standby_streaming_delay."))
        }
        return findings
    }
}
