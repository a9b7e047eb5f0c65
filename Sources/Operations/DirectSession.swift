import JobModel
import Postgres

extension Session {
    /// A session for questions about a server and what a role may do there, on a hot standby too.
    static func openForLooking(_ info: ConnectionInfo, applicationName: String) async throws -> Session {
        try await Session.open(
            info, applicationName: applicationName,
            // A hot standby cannot do it serializably, not even the first query.
            startupStatements: ["SET default_transaction_isolation = 'read committed'"])
    }

    /// A session for work on a live server, straight to it: no pooler between, and nothing of what role, database or
    /// connection string set can end it or lead its names elsewhere.
    ///
    /// `search_path` is empty. A statement that waits for a lock ends after `lockTimeout`, one that runs after
    /// `statementTimeout`; zero is no limit. Throws ``PostgresError/pooler(server:)`` behind a pooler.
    static func openDirect(
        _ info: ConnectionInfo, applicationName: String, lockTimeout: Duration, statementTimeout: Duration,
        settings: [ServerText] = []
    ) async throws -> Session {
        let name = ServerText(applicationName).quotedAsLiteral
        let session = try await Session.open(
            info, applicationName: applicationName,
            startupStatements: [
                "SET default_transaction_isolation = 'read committed'",
                "SET default_transaction_deferrable = off",
                // What the server warns of is part of what it did.
                "SET client_min_messages = notice",
                "SET default_transaction_read_only = off",
                "SELECT pg_catalog.set_config('search_path', '', false)",
                "SELECT pg_catalog.set_config('application_name', \(name), false)",
                "SET DateStyle = ISO",
                "SET IntervalStyle = postgres",
                "SET TimeZone = 'UTC'",
                "SET bytea_output = hex",
                "SET idle_in_transaction_session_timeout = 0",
                "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout'",
            ] + SessionSettings.lasting + [
                "SET lock_timeout = \(lockTimeout.wholeMilliseconds)",
                "SET statement_timeout = \(statementTimeout.wholeMilliseconds)",
            ] + settings)
        do {
            try await session.refusePooler()
            return session
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    /// Closes a session that has done its work and may hold advisory locks: the server notices only a moment later that
    /// it is gone, and whoever comes next would find them taken.
    func closeLettingGo() async {
        try? await execute("SELECT pg_catalog.pg_advisory_unlock_all()")
        close()
    }
}

extension Duration {
    /// As PostgreSQL's settings of time take it.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
