import JobModel
import Postgres

/// A session for the checks of a restored database: it can read all rows and change nothing.
///
/// In a throw-away cluster it logs in as a role made for it, which reads everything, past row-level security, and can do
/// nothing else. On a server that was named no role is made: a superuser turns into `pg_read_all_data`, where no table has
/// row-level security, and any other role stays what it is, the database's owner.
struct CheckSession: Sendable {
    let session: Session

    /// Runs `settings` first: what this server does not know of them leaves things as they are.
    nonisolated(nonsending) static func with<Result: Sendable>(
        _ database: RestoredDatabase, settings: [ServerText], context: OperationContext,
        _ body: nonisolated(nonsending) (CheckSession) async throws -> Result
    ) async throws -> Result {
        guard database.isInThrowAwayCluster else {
            let session = try await open(database.connection, settings, context)
            return try await closing(session) {
                try await lower(session)
                return try await body(CheckSession(session: session))
            }
        }
        let name = "dbops_check_\(context.runID)"
        let role = ServerText(name).quotedAsIdentifier
        // A restored database may be closed to everybody who is not named, or to all but superusers.
        let place: ServerText = "DATABASE \(ServerText(database.name).quotedAsIdentifier)"
        let owner = try await Session.open(
            database.connection, applicationName: context.applicationName,
            startupStatements: SessionSettings.lasting + ["SET default_transaction_read_only = off"])
        return try await closing(owner) {
            try await owner.execute("CREATE ROLE \(role) LOGIN BYPASSRLS IN ROLE pg_read_all_data")
            try await owner.execute("GRANT CONNECT ON \(place) TO \(role)")
            try await owner.execute("ALTER \(place) CONNECTION LIMIT -1")
            let session = try await open(database.connection.with(user: name), settings, context)
            let result = try await closing(session) { try await body(CheckSession(session: session)) }
            try await owner.execute("REVOKE CONNECT ON \(place) FROM \(role)")
            try await owner.execute("DROP ROLE \(role)")
            return result
        }
    }

    private nonisolated(nonsending) static func closing<Result: Sendable>(
        _ session: Session, _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body()
            await session.close()
            return result
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    private static func lower(_ session: Session) async throws {
        let row = try await session.query(
            """
            SELECT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER)
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relrowsecurity) AS lowers
            """
        ).onlyRow()
        if try row.bool("lowers") { try await session.execute("SET ROLE pg_read_all_data") }
    }

    // MARK: - Settings

    private static func open(
        _ connection: ConnectionInfo, _ settings: [ServerText], _ context: OperationContext
    ) async throws -> Session {
        let session = try await Session.open(connection, applicationName: context.applicationName)
        do {
            for statement in SessionSettings.withoutTimeLimits(serverVersionNumber: session.server.versionNumber)
                + [
                    "SET default_transaction_read_only = on", "SET default_transaction_isolation = 'repeatable read'",
                    "SET default_transaction_deferrable = off", "SET row_security = off",
                    "SET standard_conforming_strings = on",
                ]
            {
                try await session.execute(statement)
            }
            for statement in settings { try await apply(statement, to: session) }
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    /// A zone, or a setting of an extension, that this server does not know leaves things as they are.
    private static func apply(_ statement: ServerText, to session: Session) async throws {
        do {
            try await session.execute(statement)
        } catch let error as PostgresError where error.isStatementRefusal {}
    }
}
