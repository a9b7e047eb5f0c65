import JobModel
import Postgres

/// Takes ACCESS SHARE on many tables without becoming, or making anybody, a deadlock's victim.
///
/// TRUNCATE and rewriting ALTERs are not MVCC-safe: a snapshot older than they are sees an empty table. So the locks
/// come before the snapshot. Tables are locked in batches, each in a savepoint; where a batch fails its tables are
/// tried one by one, and those that somebody else has locked are tried again until `patience` is over.
/// `lock_timeout` stays below `deadlock_timeout`, so that a wait of ours never sets off the deadlock detector.
struct TableLocks {
    /// Why a table could not be locked. It matters only if the dump turns out to need the table.
    struct Refusal: Sendable {
        let table: LockableTable
        let error: PostgresError
    }

    static let batchSize = 500

    let session: Session
    let patience: Duration
    /// Waits between two rounds; injected so that tests need not.
    let pause: @Sendable () async throws -> Void

    /// Half of `deadlock_timeout`, and never more than half a second.
    static func lockTimeoutInMilliseconds(deadlockTimeoutInMilliseconds: Int) -> Int {
        max(1, min(500, deadlockTimeoutInMilliseconds / 2))
    }

    static func statement(for tables: some Sequence<LockableTable>) -> ServerText {
        "LOCK TABLE \(tables.map { "ONLY \($0.qualifiedName)" as ServerText }.joined(separator: ", ")) IN ACCESS SHARE MODE"
    }

    /// Locks what can be locked; returns what could not, with the server's reason. Tables that were dropped meanwhile
    /// are in neither list.
    func acquire(_ tables: [LockableTable], serverDeadlockTimeoutInMilliseconds: Int) async throws -> [Refusal] {
        let timeout = Self.lockTimeoutInMilliseconds(deadlockTimeoutInMilliseconds: serverDeadlockTimeoutInMilliseconds)
        try await session.execute("SET LOCAL lock_timeout = \(timeout)")
        var refusals: [Refusal] = []
        for start in stride(from: 0, to: tables.count, by: Self.batchSize) {
            let batch = Array(tables[start..<min(start + Self.batchSize, tables.count)])
            refusals += try await acquire(batch: batch)
        }
        refusals = try await retry(refusals)
        try await session.execute("SET LOCAL lock_timeout = 0")
        return refusals
    }

    private func acquire(batch: [LockableTable]) async throws -> [Refusal] {
        if try await attempt(batch) == nil { return [] }
        var refusals: [Refusal] = []
        for table in batch {
            if let error = try await attempt([table]), !error.isUndefinedTable {
                refusals.append(Refusal(table: table, error: error))
            }
        }
        return refusals
    }

    private func retry(_ refusals: [Refusal]) async throws -> [Refusal] {
        let end = ContinuousClock.now + patience
        var waiting = refusals.filter(\.error.isLockNotAvailable)
        var given = refusals.filter { !$0.error.isLockNotAvailable }
        while !waiting.isEmpty, ContinuousClock.now < end {
            try await pause()
            var still: [Refusal] = []
            for refusal in waiting {
                guard let error = try await attempt([refusal.table]), !error.isUndefinedTable else { continue }
                let again = Refusal(table: refusal.table, error: error)
                if error.isLockNotAvailable { still.append(again) } else { given.append(again) }
            }
            waiting = still
        }
        return given + waiting
    }

    /// One LOCK in a savepoint of its own: the server's error where it refuses, nil where all are locked.
    private func attempt(_ tables: [LockableTable]) async throws -> PostgresError? {
        try await session.execute("SAVEPOINT lock")
        do {
            try await session.execute(Self.statement(for: tables))
            try await session.execute("RELEASE SAVEPOINT lock")
            return nil
        } catch let error as PostgresError where error.isStatementRefusal && !error.isOutOfLocks {
            // Released as well: no snapshot can be exported from within a subtransaction.
            try await session.execute("ROLLBACK TO SAVEPOINT lock")
            try await session.execute("RELEASE SAVEPOINT lock")
            return error
        }
    }
}
