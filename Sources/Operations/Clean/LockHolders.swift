import JobModel
import Postgres

/// Who keeps a table from being cleaned: sessions that hold a lock of it, or of those that refer to it, against writers,
/// and transactions that do nothing and hold rows.
struct LockHolders: Sendable {
    let session: Session
    /// By oid.
    let table: UInt32

    /// For people, those that began first; empty where nobody is seen, or the server cannot be asked any more.
    func described() async -> [String] {
        guard let rows = try? await session.query(Self.sql, ["\(table)"]).rows else { return [] }
        return rows.compactMap { row in
            guard let pid = try? row.int("pid"), let name = try? row.string("application_name"),
                let mode = try? row.string("mode"), let table = try? row.text("relname").text
            else { return nil }
            let idle = (try? row.optionalInt64("idle_seconds")) ?? nil
            let state = idle.map { ", idle in its transaction for \(Quantities.seconds(Double($0)))" } ?? ""
            return "process \(pid) (\"\(name)\"\(state)) holds a \(mode) of \(table)"
        }
    }

    /// Partitions and references are read from the catalogue, since functions that know them would wait for the lock.
    private static let sql: ServerText = """
        WITH RECURSIVE family AS (
            SELECT $1::oid AS oid
            UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON i.inhparent = f.oid),
        everybody AS (
            SELECT f.oid FROM family f
            UNION SELECT c.conrelid FROM pg_catalog.pg_constraint c JOIN family f ON c.confrelid = f.oid
                   WHERE c.contype = 'f')
        SELECT a.pid, coalesce(a.application_name, '') AS application_name, l.mode, c.relname,
               CASE WHEN a.state LIKE 'idle in transaction%'
                    THEN extract(epoch FROM pg_catalog.now() - a.state_change)::bigint END AS idle_seconds
          FROM pg_catalog.pg_locks l JOIN everybody e ON e.oid = l.relation
          JOIN pg_catalog.pg_class c ON c.oid = l.relation
          JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
         WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                              WHERE d.datname = pg_catalog.current_database())
           AND (l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
                OR l.mode IN ('RowShareLock', 'RowExclusiveLock') AND a.state LIKE 'idle in transaction%')
         ORDER BY a.xact_start, a.pid, c.relname LIMIT 3
        """
}
