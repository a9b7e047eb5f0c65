import BlockingWork
import JobModel
package import Postgres

/// The run history in a PostgreSQL database that several daemons share: in the schema `dbops`, which is made when it is
/// not there. The role needs nothing else than to own that schema.
///
/// A claim, a record and an update are committed when the call returns. Writes are done whole even when the calling
/// task is cancelled. A call that loses its connection is tried once more on a new one: each may be done twice without
/// harm, but lines of a log may then be there twice. Errors are ``PostgresError`` and ``PostgresLedgerError``; a read
/// also throws `CancellationError`.
package actor PostgresLedger: RunLedger {
    /// What is done where there is no history yet.
    package enum Use: Sendable {
        /// The schema is made or completed.
        case keeping
        /// Nothing is made: ``PostgresLedgerError/missing(database:)``.
        case looking
    }

    private let connectionInfo: ConnectionInfo
    private let use: Use
    private let opening = TurnQueue()
    private var session: Session?

    /// Connects with the first call.
    package init(_ info: ConnectionInfo, for use: Use) {
        // A server that vanished must not hold up a daemon for the quarter of an hour that TCP would wait.
        let hasTimeout = info.keywords["tcp_user_timeout"] != nil
        connectionInfo = hasTimeout ? info : info.with("tcp_user_timeout", "30000")
        self.use = use
    }

    /// Ends the connection; a later call makes a new one.
    package func close() async {
        if let session { await drop(session) }
    }

    func read<Success: Sendable>(
        _ body: @escaping @Sendable (Session) async throws -> Success
    ) async throws -> Success {
        let session = try await currentSession()
        do {
            return try await body(session)
        } catch let error as PostgresError where error.isLostConnection {
            await drop(session)
            return try await body(try await currentSession())
        }
    }

    /// The same, whatever becomes of the calling task.
    func write<Success: Sendable>(
        _ body: @escaping @Sendable (Session) async throws -> Success
    ) async throws -> Success {
        try await CleanupScope.result { try await self.read(body) }
    }

    private func currentSession() async throws -> Session {
        try await opening.withTurn {
            if let session { return session }
            let opened = try await open()
            session = opened
            return opened
        }
    }

    private func open() async throws -> Session {
        let session = try await Session.open(
            connectionInfo, applicationName: "dbops history", startupStatements: Self.settings)
        do {
            let encoding = session.server.encoding
            guard LedgerSchema.holds(encoding: encoding) else {
                throw PostgresLedgerError.encoding(database: session.server.displayText, encoding: encoding)
            }
            switch use {
            case .keeping: try await LedgerSchema.migrate(session)
            case .looking: try await LedgerSchema.check(session)
            }
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    private func drop(_ lost: Session) async {
        if session === lost { session = nil }
        await lost.close()
    }

    private static let settings: [ServerText] = [
        "SELECT pg_catalog.set_config('search_path', '', false)",
        "SET default_transaction_isolation = 'read committed'",
        "SET default_transaction_deferrable = off",
        "SET statement_timeout = '30s'",
        "SET lock_timeout = '10s'",
        "SET TimeZone = 'UTC'",
        "SET DateStyle = ISO",
        // A start is recorded before it happens, and must be there after a crash of the server.
        """
        SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
        WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
        """,
    ]
}

extension PostgresError {
    fileprivate var isLostConnection: Bool {
        switch self {
        case .connectionLost, .sessionClosed: true
        default: false
        }
    }
}
