import JobModel
import Postgres

/// Who keeps tables from being read: sessions that hold an exclusive lock, or wait for one, behind which everybody else
/// waits as well.
struct ExclusiveLockHolders: Sendable {
    let session: Session

    /// For people, those that began first; empty where nobody is seen any more, or the server cannot be asked.
    func described(_ tables: [LockableTable]) async -> [String] {
        let oids: ServerText = "{\(tables.map { "\($0.oid)" }.joined(separator: ","))}"
        guard let rows = try? await session.query(Self.sql, [oids]).rows else { return [] }
        return rows.compactMap { row in
            guard let pid = try? row.int("pid"), let name = try? row.text("name").text,
                let isGranted = try? row.bool("granted")
            else { return nil }
            let facts = [
                try? row.optionalString("who"), try? row.optionalString("application").map { "\"\($0)\"" },
                try? row.optionalString("state"), try? row.optionalString("age").map { "since \($0)" },
            ].compactMap { $0 }
            return
                "session \(pid) (\(facts.joined(separator: ", "))) \(isGranted ? "holds" : "waits for") an exclusive "
                + "lock of \(name)"
        }
    }

    private static let sql: ServerText = """
        SELECT a.pid, c.relname AS name, l.granted, a.usename AS who, nullif(a.application_name, '') AS application,
               a.state, pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS "UTC"') AS age
          FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
          JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
         WHERE l.relation = ANY ($1::oid[]) AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                              WHERE d.datname = pg_catalog.current_database())
         ORDER BY l.granted DESC, a.xact_start, a.pid, c.relname
        """
}
