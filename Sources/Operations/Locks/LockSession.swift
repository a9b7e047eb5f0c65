import JobModel
import Postgres

/// A session that does nothing but hold advisory locks.
struct LockSession: Sendable {
    private let session: Session
    /// Whether the server is in recovery.
    let isStandby: Bool

    var serverText: String { session.server.displayText }

    /// Somebody else holds the lock.
    struct Refusal: Sendable {
        /// Nil where this role may not see who.
        let holder: LockHolder?
    }

    /// No limit of role, database or server ends it. `applicationName` holds also where the connection's own says
    /// otherwise, so that others see who holds the lock. Throws ``PostgresError/pooler(server:)`` behind one.
    static func open(_ info: ConnectionInfo, applicationName: String) async throws -> LockSession {
        let name = ServerText(applicationName).quotedAsLiteral
        let session = try await Session.open(
            info, applicationName: applicationName,
            startupStatements: [
                // A hot standby cannot do it serializably, not even the first query.
                "SET default_transaction_isolation = 'read committed'",
                "SELECT pg_catalog.set_config('search_path', '', false)",
                "SELECT pg_catalog.set_config('application_name', \(name), false)",
            ] + SessionSettings.lasting)
        do {
            try await session.refusePooler()
            let row = try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").onlyRow()
            return LockSession(session: session, isStandby: try row.bool("standby"))
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    private init(session: Session, isStandby: Bool) {
        self.session = session
        self.isStandby = isStandby
    }

    /// Nil where the lock is taken. Never waits for it.
    func take(_ key: Int64) async throws -> Refusal? {
        // Between the refusal and the look for its cause the holder may go.
        for _ in 0..<3 {
            let row = try await session.query(
                "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS locked", [ServerText("\(key)")]
            ).onlyRow()
            if try row.bool("locked") { return nil }
            if let holder = try await holder(of: key) { return Refusal(holder: holder) }
        }
        return Refusal(holder: nil)
    }

    private func holder(of key: Int64) async throws -> LockHolder? {
        let table = try await session.query(
            """
            SELECT l.pid, nullif(a.application_name, '') AS application, a.client_addr::pg_catalog.text AS address,
                   pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
              FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                  WHERE d.datname = pg_catalog.current_database())
               AND (l.classid::pg_catalog.int8 << 32) | l.objid::pg_catalog.int8 = $1::pg_catalog.int8
            """, [ServerText("\(key)")])
        guard let row = table.rows.first else { return nil }
        return LockHolder(
            processID: try row.int64("pid"), applicationName: try row.optionalText("application")?.text,
            clientAddress: try row.optionalText("address")?.text, since: try row.optionalText("since")?.text)
    }

    /// Throws ``PostgresError`` where the session, and with it the lock, is gone.
    func look() async throws {
        try await session.execute("SELECT 1")
    }

    /// Gives back what it holds. A session that merely ends may keep its locks for a moment longer.
    func close() async {
        try? await session.execute("SELECT pg_catalog.pg_advisory_unlock_all()")
        await session.close()
    }
}
