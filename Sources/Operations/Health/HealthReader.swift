import JobModel
package import Postgres

/// Reads a database's health, again and again, by a session of its own that can neither write nor take long.
package struct HealthReader: Sendable {
    private let session: Session
    private let query: ServerText

    /// No reading takes longer.
    static let statementTimeout = Duration.seconds(5)

    /// Connects straight to the server and learns what it has; each reading is one round trip from then on. Throws
    /// ``PostgresError/pooler(server:)`` behind a pooler, which would give the values of changing sessions.
    package static func open(_ info: ConnectionInfo, context: OperationContext) async throws -> HealthReader {
        let session = try await Session.openDirect(
            info, applicationName: context.applicationName, lockTimeout: .milliseconds(100),
            statementTimeout: statementTimeout,
            settings: [
                "SET default_transaction_read_only = on",
                "SET jit = off",
                "SET max_parallel_workers_per_gather = 0",
            ])
        do {
            return HealthReader(
                session: session,
                query: HealthQuery(
                    versionNumber: session.server.versionNumber, statements: try await StatementStatistics.find(session)
                ).sql)
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    package func read() async throws -> HealthValues {
        try HealthValues(json: try await session.query(query).onlyRow().string("health"))
    }

    /// Also where the task was cancelled.
    package func close() async {
        let session = session
        await CleanupScope.run { await session.close() }
    }
}
