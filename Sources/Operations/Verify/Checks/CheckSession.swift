import Archive
import JobModel
import Postgres

/// A session for the checks of a restored database: it can read all rows and change nothing.
///
/// In a throw-away cluster it logs in as a role made for it, which reads everything, past row-level security, and can do
/// nothing else. On a server that was named no role is made: a superuser turns into `pg_read_all_data`, where no table has
/// row-level security, and any other role stays what it is, the database's owner.
struct CheckSession: Sendable {
    let session: Session

    /// What a check may rely on besides the database: `current_setting('dbops.snapshot_time')::timestamptz`.
    static let snapshotSetting = "dbops.snapshot_time"

    nonisolated(nonsending) static func with<Result: Sendable>(
        _ scratch: ScratchServer.Database, ownsServer: Bool, manifest: Manifest, contents: TableOfContents,
        context: OperationContext, _ body: nonisolated(nonsending) (CheckSession) async throws -> Result
    ) async throws -> Result {
        guard ownsServer else {
            let session = try await open(scratch.connection, scratch.connection, manifest, contents, context)
            return try await closing(session) {
                try await lower(session)
                return try await body(CheckSession(session: session))
            }
        }
        let role = ServerText("dbops_check_\(context.runID)")
        let owner = try await Session.open(scratch.connection, applicationName: context.applicationName)
        return try await closing(owner) {
            try await owner.execute(
                "CREATE ROLE \(role.quotedAsIdentifier) LOGIN BYPASSRLS IN ROLE pg_read_all_data")
            let session = try await open(
                scratch.connection.with(user: role.text), scratch.connection, manifest, contents, context)
            let result = try await closing(session) { try await body(CheckSession(session: session)) }
            try await owner.execute("DROP ROLE \(role.quotedAsIdentifier)")
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
        _ connection: ConnectionInfo, _ database: ConnectionInfo, _ manifest: Manifest, _ contents: TableOfContents,
        _ context: OperationContext
    ) async throws -> Session {
        let session = try await Session.open(connection, applicationName: context.applicationName)
        do {
            for statement in SessionSettings.withoutTimeLimits(serverVersionNumber: session.server.versionNumber)
                + [
                    "SET default_transaction_read_only = on", "SET default_transaction_isolation = 'repeatable read'",
                    "SET default_transaction_deferrable = off", "SET row_security = off",
                    "SET standard_conforming_strings = on",
                    """
                    SELECT pg_catalog.set_config('\(snapshotSetting)', \
                    '\(manifest.snapshot.takenAt.text)', false)
                    """,
                ]
            {
                try await session.execute(statement)
            }
            for statement in settings(ofSource: manifest, contents, database: database.database ?? "") {
                try await apply(statement, to: session)
            }
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

    /// Settings of the source that lead names elsewhere, or change how values are read and printed: the zone of its
    /// server, and then the database's own.
    static func settings(ofSource manifest: Manifest, _ contents: TableOfContents, database: String) -> [ServerText] {
        let start: ServerText = "ALTER DATABASE \(ServerText(database).quotedAsIdentifier) "
        let statements = (try? DatabaseProperties.statements(contents, forDatabase: database)) ?? []
        let own = statements.filter { $0.bytes.starts(with: start.bytes) }
            .map { ServerText(bytes: $0.bytes.dropFirst(start.bytes.count)) }
            .filter(isOfInterest)
        return ["SET TimeZone = \(ServerText(manifest.server.timeZone).quotedAsLiteral)"] + own
    }

    private static func isOfInterest(_ statement: ServerText) -> Bool {
        let words = statement.text.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0] == "SET" else { return false }
        let name = words[1].lowercased().replacing("\"", with: "")
        return ["search_path", "timezone", "datestyle", "intervalstyle"].contains(name) || name.contains(".")
    }
}
