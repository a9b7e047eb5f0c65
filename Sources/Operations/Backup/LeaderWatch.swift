import JobModel
import Postgres
import Synchronization

/// Keeps the leader's session in use, so that no idle limit ends it, notices when it is lost, and tells who waits for
/// our locks.
final class LeaderWatch: Sendable {
    private let session: Session
    private let warnings: Warnings
    private let told = Mutex<Set<Int64>>([])

    init(session: Session, warnings: Warnings) {
        self.session = session
        self.warnings = warnings
    }

    func look() async throws {
        let waiting: ResultTable
        do {
            // Within a transaction the list of sessions is read once and then kept: later ones would not be seen.
            try await session.execute("SELECT pg_catalog.pg_stat_clear_snapshot()")
            waiting = try await session.query(
                """
                SELECT a.pid, coalesce(a.application_name, '') AS application, coalesce(a.usename, '') AS role,
                       pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp() - a.query_start))::bigint AS seconds
                  FROM pg_catalog.pg_stat_activity a
                 WHERE a.wait_event_type = 'Lock'
                   AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(a.pid))
                """)
        } catch let error as PostgresError {
            throw OperationError.leaderLost(reason: error.message)
        }
        for row in waiting.rows {
            let pid = try row.int64("pid")
            guard told.withLock({ $0.insert(pid).inserted }) else { continue }
            warnings.add(
                "session \(pid) (\(try row.string("role")), \(try row.string("application"))) has waited "
                    + "\(try row.optionalString("seconds") ?? "some") s for a lock that this backup holds")
        }
    }
}
