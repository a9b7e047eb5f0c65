import JobModel
import Postgres

/// Who is connected to a database: as long as somebody is, it cannot be renamed.
struct ConnectedSessions: Sendable {
    let database: String

    /// For people: `4711 (app, "web 3", from 10.0.0.3, idle)`. Autovacuum gives way by itself.
    func list(on session: Session) async throws -> [String] {
        let sessions = try await session.query(
            """
            SELECT a.pid, coalesce(a.usename, a.backend_type) AS who, a.application_name AS application,
                   a.client_addr AS address, a.state
              FROM pg_catalog.pg_stat_activity a
             WHERE a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid()
               AND a.backend_type NOT LIKE 'autovacuum%' AND a.backend_type <> 'parallel worker'
             ORDER BY a.backend_start
            """, [ServerText(database)]
        ).rows.map { row in
            let facts = [
                try row.optionalString("who"),
                try row.optionalString("application").flatMap { $0.isEmpty ? nil : "\"\($0)\"" },
                try row.optionalString("address").map { "from \($0)" }, try row.optionalString("state"),
            ].compactMap { $0 }
            return "session \(try row.string("pid")) (\(facts.joined(separator: ", ")))"
        }
        let prepared = try await session.query(
            "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = $1", [ServerText(database)]
        ).rows.map { "prepared transaction \(try $0.string("gid"))" }
        return sessions + prepared
    }

    /// Ends them all; those that come later as well, for as long as this is not cancelled.
    func end(on session: Session) async throws {
        _ = try await session.query(
            """
            SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
             WHERE a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid()
            """, [ServerText(database)])
    }
}
