import Archive
import JobModel
import Postgres

/// Tables whose data the dump names must have been locked before the snapshot, or be proven unchanged since.
///
/// Stock pg_dump writes no rows, or another table's rows, without a word when a TRUNCATE, a rewriting ALTER or a swap
/// by rename falls between its snapshot and its lock. For each table locked late we compare what the snapshot says of
/// the table's file with what is true now, and the name with the oid.
struct RaceCheck {
    enum Verdict: Equatable {
        case unchanged
        case changed(table: String, reason: String)
    }

    /// What the snapshot and the present say of one table.
    struct Observation: Equatable {
        let table: String
        let oid: UInt32
        /// `pg_class.relfilenode` in the snapshot.
        let fileInSnapshot: UInt32
        /// `pg_relation_filenode(oid)`, which reads the present; nil where the table is gone.
        let fileNow: UInt32?
        /// What the name means now; nil where it means nothing.
        let oidOfName: UInt32?
    }

    static func judge(_ observation: Observation) -> Verdict {
        guard let oidOfName = observation.oidOfName else {
            return .changed(table: observation.table, reason: "it was renamed or dropped")
        }
        guard oidOfName == observation.oid else {
            return .changed(table: observation.table, reason: "another table bears its name now")
        }
        guard observation.fileNow == observation.fileInSnapshot else {
            return .changed(table: observation.table, reason: "it was truncated or rewritten")
        }
        return .unchanged
    }

    let session: Session

    /// Locks `entries` now and judges each.
    func lockAndCheck(_ entries: [TOCEntry], lockTimeoutInMilliseconds: Int) async throws -> Verdict {
        for entry in entries {
            let table = LockableTable(oid: entry.oid, schema: entry.namespace ?? "", name: entry.tag)
            do {
                try await session.execute("SAVEPOINT late")
                try await session.execute("SET LOCAL lock_timeout = \(lockTimeoutInMilliseconds)")
                try await session.execute(TableLocks.statement(for: [table]))
                try await session.execute("RELEASE SAVEPOINT late")
            } catch let error as PostgresError where error.isUndefinedTable || error.isLockNotAvailable {
                try await session.execute("ROLLBACK TO SAVEPOINT late")
                return .changed(
                    table: table.displayName,
                    reason: error.isUndefinedTable ? "it was renamed or dropped" : "somebody else has locked it")
            }
            let verdict = Self.judge(try await observe(table))
            if verdict != .unchanged { return verdict }
        }
        return .unchanged
    }

    private func observe(_ table: LockableTable) async throws -> Observation {
        let result = try await session.query(
            """
            SELECT c.relfilenode AS snapshot, pg_catalog.pg_relation_filenode(c.oid) AS present,
                   pg_catalog.to_regclass($2)::oid AS named
              FROM pg_catalog.pg_class c WHERE c.oid = $1::oid
            """, ["\(table.oid)", table.qualifiedName])
        guard let row = result.rows.first else {
            return Observation(
                table: table.displayName, oid: table.oid, fileInSnapshot: 0, fileNow: nil, oidOfName: nil)
        }
        return Observation(
            table: table.displayName, oid: table.oid, fileInSnapshot: try row.oid("snapshot"),
            fileNow: try row.optionalOID("present"), oidOfName: try row.optionalOID("named"))
    }
}
