import JobModel
import Postgres

/// The session that holds the locks and the snapshot from the first moment to the last.
///
/// Order without a gap: list the tables, begin, lock them, only then export the snapshot (LOCK does not fix it).
struct SnapshotLeader: Sendable {
    let session: Session
    /// As the snapshot shows them: a migration that the locks had to wait for may have made extensions and roles.
    let facts: ServerFacts
    /// For `SET TRANSACTION SNAPSHOT` and `pg_dump --snapshot`.
    let snapshotName: String
    let snapshot: SnapshotFacts
    /// Since the snapshot was taken.
    let snapshotAge: Stopwatch
    /// The tables that were locked before the snapshot was taken, by oid.
    let lockedTables: Set<UInt32>
    let refusals: [TableLocks.Refusal]
    let tableCount: Int

    struct SnapshotFacts: Sendable {
        let takenAtSecondsSinceEpoch: Int
        let lsn: String
        let inRecovery: Bool
        /// Set on a standby.
        var standby: StandbyAge?
    }

    static func begin(on session: Session, facts: ServerFacts, patience: Duration) async throws -> SnapshotLeader {
        let tables = try await LockableTable.list(on: session)
        try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        let refusals = try await lock(tables, on: session, facts: facts, patience: patience)
        let exported = try await session.query(
            """
            SELECT pg_catalog.pg_export_snapshot() AS name, pg_catalog.floor(extract(epoch FROM clock_timestamp()))::bigint AS taken,
                   pg_catalog.pg_is_in_recovery() AS recovery,
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                        ELSE pg_catalog.pg_current_wal_lsn() END::text AS lsn
            """)
        let snapshotAge = Stopwatch()
        let row = try exported.onlyRow()
        let inRecovery = try row.bool("recovery")
        return SnapshotLeader(
            session: session, facts: try await ServerFacts.gather(session), snapshotName: try row.string("name"),
            snapshot: SnapshotFacts(
                takenAtSecondsSinceEpoch: Int(try row.int64("taken")), lsn: try row.optionalString("lsn") ?? "",
                inRecovery: inRecovery, standby: inRecovery ? try await StandbyAge.gather(on: session) : nil),
            snapshotAge: snapshotAge,
            lockedTables: try await heldLocks(of: session), refusals: refusals, tableCount: tables.count)
    }

    private static func lock(
        _ tables: [LockableTable], on session: Session, facts: ServerFacts, patience: Duration
    ) async throws -> [TableLocks.Refusal] {
        let locks = TableLocks(session: session, patience: patience) { try await Task.sleep(for: .milliseconds(250)) }
        do {
            return try await locks.acquire(
                tables, serverDeadlockTimeoutInMilliseconds: facts.deadlockTimeoutInMilliseconds)
        } catch let error as PostgresError where error.isOutOfLocks {
            throw OperationError.lockTableFull(
                tables: tables.count, maxLocksPerTransaction: facts.maximumLocksPerTransaction)
        }
    }

    /// By oid and not by name: a name can have changed hands between the listing and the lock.
    private static func heldLocks(of session: Session) async throws -> Set<UInt32> {
        let held = try await session.query(
            """
            SELECT l.relation AS oid FROM pg_catalog.pg_locks l
             WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
               AND l.mode = 'AccessShareLock'
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            """)
        return Set(try held.rows.map { try $0.oid("oid") })
    }

    /// What is to be said of a standby that has become a primary since; nil where none has. Its sessions live on.
    func promotion() async throws -> String? {
        guard snapshot.inRecovery else { return nil }
        do {
            let row = try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS recovery").onlyRow()
            guard try !row.bool("recovery") else { return nil }
        } catch let error as PostgresError {
            throw OperationError.leaderLost(reason: error.message)
        }
        return "the standby was promoted in the middle of the backup, which shows the rows as they were before: see "
            + "whether url and read_url still name what they should"
    }

    /// Ends the transaction; proves by it that the session, and so the locks, lived to the end.
    func release() async throws {
        do {
            try await session.execute("COMMIT")
        } catch let error as PostgresError {
            throw OperationError.leaderLost(reason: error.message)
        }
    }
}
