import JobModel
import Postgres

extension AdviceCheck {
    /// WAL that is not archived: no recovery to a point after it, and a disk that fills.
    static func archiver(mostWaiting: Int = 42) -> AdviceCheck {
        AdviceCheck(
            .archiver, "WAL that is not archived",
            sql: { server in
                try server.requireSightOfSessions()
                return Archiver.query
            }, finding: { row, _ in try Archiver.finding(row, mostWaiting: mostWaiting) })
    }
}

enum Archiver {
    /// Nil where all is well. What is waiting is counted in the folder of the archive's status.
    static func finding(_ row: ResultTable.Row, mostWaiting: Int) throws -> Finding? {
        let (waiting, isFailing) = (try row.int("waiting"), try row.bool("is_failing"))
        guard isFailing || waiting > mostWaiting else { return nil }
        let since = try row.optionalDouble("seconds_since_archived")
        let isUrgent = waiting > 10 * mostWaiting || isFailing && (since ?? 0) >= 3_600
        return Finding(
            .archiver, object: "archiver", severity: isUrgent ? .critical : .warning, confidence: .measured,
            summary: "\(isFailing ? "its last attempt failed, and " : "")\(Quantities.count(waiting)) "
                + "segment\(waiting == 1 ? " of WAL waits" : "s of WAL wait") to be archived",
            evidence: [
                "waiting_segments": .integer(waiting), "is_failing": .flag(isFailing),
                "failed": .integer(try row.int("failed")), "archived": .integer(try row.int("archived")),
                "seconds_since_archived": .integer(since.map { Int($0) } ?? -1),
            ],
            remedy: Remedy(
                [],
                advice: "The server's log has what archive_command, or the archive module, said. Until it works, WAL "
                    + "piles up in pg_wal.", lock: "None.",
                risk: "Never empty pg_wal by hand; archive_mode = off breaks the chain of every recovery."),
            caveat: "A failure may be over with the next attempt, a minute later.", measure: Double(waiting))
    }

    /// On a standby WAL is archived only with archive_mode = always.
    static let query: ServerText = """
        SELECT archived_count AS archived, failed_count AS failed,
          coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS is_failing,
          pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - last_archived_time) AS seconds_since_archived,
          (SELECT count(*) FROM pg_catalog.pg_ls_archive_statusdir() f WHERE f.name LIKE '%.ready') AS waiting
        FROM pg_catalog.pg_stat_archiver
        WHERE pg_catalog.current_setting('archive_mode') = 'always'
          OR pg_catalog.current_setting('archive_mode') = 'on' AND NOT pg_catalog.pg_is_in_recovery()
        """
}
