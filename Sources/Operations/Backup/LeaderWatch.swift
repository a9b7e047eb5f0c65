import JobModel
import Postgres
import Synchronization

/// Keeps the leader's session in use, so that no idle limit ends it, notices when it is lost, and tells who waits for
/// our locks and when the snapshot gets old.
final class LeaderWatch: Sendable {
    private let session: Session
    private let snapshotAge: Stopwatch
    private let maxSnapshotAge: Duration
    private let warnings: Warnings
    private let told = Mutex<Set<Int64>>([])
    private let hasToldAge = Mutex(false)

    init(session: Session, snapshotAge: Stopwatch, maxSnapshotAge: Duration, warnings: Warnings) {
        self.session = session
        self.snapshotAge = snapshotAge
        self.maxSnapshotAge = maxSnapshotAge
        self.warnings = warnings
    }

    /// Warns, once, of a snapshot that is older than it should get.
    func checkSnapshotAge() {
        let seconds = snapshotAge.seconds
        let limit = Double(maxSnapshotAge.components.seconds)
        guard seconds > limit, isFirstTold() else { return }
        warnings.add(
            "this backup has held its snapshot for \(Quantities.seconds(seconds)), longer than max_snapshot_age "
                + "(\(Quantities.seconds(limit))) allows for: until it ends VACUUM cannot remove rows that died since")
    }

    private func isFirstTold() -> Bool {
        hasToldAge.withLock { hasTold in
            defer { hasTold = true }
            return !hasTold
        }
    }

    func look() async throws {
        checkSnapshotAge()
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
