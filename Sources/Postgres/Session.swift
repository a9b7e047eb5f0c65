import BlockingWork
import CPQ
import Foundation
package import JobModel

/// A connection to a PostgreSQL server, on a thread of its own, where libpq may wait.
///
/// Calls of several tasks are served one after another, each as a whole: a query never slips into a COPY. When the
/// calling task is cancelled, the statement is cancelled on the server, the call throws `CancellationError` within
/// milliseconds, and the session stays usable. Names and values are UTF-8, except in `SQL_ASCII` databases, where
/// they are bytes. Errors are ``PostgresError``. The connection ends with ``close()``, at the latest with the
/// session itself.
package actor Session {
    private let executor: SerialThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Whom libpq met.
    package nonisolated let server: ConnectedServer
    /// How to meet the same server and database again, for further sessions and for client programs.
    package nonisolated let connectionInfo: ConnectionInfo

    nonisolated let turns = TurnQueue()
    nonisolated let canceller: Canceller
    private nonisolated let noticeCollector = NoticeCollector()
    /// Nil once closed.
    private var connection: OpaquePointer?
    /// A row that did not fit into the chunk before it, as libpq handed it out.
    var leftOverRow: (bytes: UnsafeMutablePointer<CChar>, count: Int)?
    /// How much of it has been handed out.
    var leftOverRowOffset = 0
    /// Whether libpq has handed out the last row of the COPY.
    var hasLastRow = false

    /// Connects, with TCP keepalives of about a minute and `fallback_application_name` set.
    ///
    /// `startupStatements` run one after another before anybody else can use the session. The limit of time is
    /// `connect_timeout` of `info`, else `PGCONNECT_TIMEOUT`, else 10 s per host. Throws ``PostgresError/connection``
    /// with a cause, ``PostgresError/pooler`` where a pooler says so itself, or `CancellationError`.
    package static func open(
        _ info: ConnectionInfo, applicationName: String, startupStatements: [ServerText] = []
    ) async throws -> Session {
        let executor = SerialThreadExecutor(name: applicationName)
        do {
            let opened = try await withTaskExecutorPreference(executor) {
                try await OpenedConnection.open(info, applicationName: applicationName)
            }
            let session = Session(opened, executor: executor)
            for statement in startupStatements { try await session.execute(statement) }
            return session
        } catch {
            executor.stop()
            throw error
        }
    }

    private init(_ opened: sending OpenedConnection, executor: SerialThreadExecutor) {
        self.executor = executor
        server = opened.server
        connectionInfo = opened.info
        canceller = opened.canceller
        connection = opened.connection
        noticeCollector.attach(to: opened.connection)
    }

    isolated deinit {
        disconnect()
        executor.stop()
    }

    /// Ends the connection; an open transaction is rolled back by the server. Later calls throw
    /// ``PostgresError/sessionClosed``.
    package func close() {
        disconnect()
    }

    private func disconnect() {
        dropLeftOverRow()
        guard let connection else { return }
        canceller.statementBegins()
        PQfinish(connection)
        self.connection = nil
        canceller.statementEnds()
    }

    /// Takes the notices and warnings that have come since the last call, oldest first.
    package nonisolated func drainNotices() -> [Notice] {
        noticeCollector.drain()
    }

    /// The libpq connection, for use on this session's thread.
    func openConnection() throws(PostgresError) -> OpaquePointer {
        guard let connection else { throw .sessionClosed(server: server.displayText) }
        return connection
    }

    func dropLeftOverRow() {
        if let leftOverRow { PQfreemem(leftOverRow.bytes) }
        leftOverRow = nil
        leftOverRowOffset = 0
    }
}

/// A connection fresh from the connector with what is read off it.
struct OpenedConnection {
    let connection: OpaquePointer
    let server: ConnectedServer
    let info: ConnectionInfo
    let canceller: Canceller

    /// Runs on the executor that the task prefers.
    @concurrent
    static func open(_ info: ConnectionInfo, applicationName: String) async throws -> OpenedConnection {
        var keywords = [
            "fallback_application_name": applicationName, "keepalives_idle": "30", "keepalives_interval": "10",
            "keepalives_count": "3",
        ]
        keywords.merge(info.keywords) { $1 }
        keywords["password"] = info.password?.value
        keywords["sslpassword"] = info.sslPassword?.value
        let timeout = Connector.timeout(of: info, environment: ProcessInfo.processInfo.environment)
        let connection = try connect(Connector(info: info, keywords: keywords, timeout: timeout))
        guard let canceller = Canceller(connection: connection) else {
            PQfinish(connection)
            throw PostgresError.unexpectedResult("libpq gave no means to cancel statements")
        }
        return OpenedConnection(connection: connection, info: info, canceller: canceller)
    }

    /// After a time-out, goes on with the hosts of the list that were not tried.
    private static func connect(_ connector: Connector) throws -> OpaquePointer {
        do {
            return try connector.connect()
        } catch let timeout as TimeoutAtHost {
            guard let keywords = HostList(connector.keywords)?.keywords(after: timeout.host) else {
                throw timeout.failure
            }
            return try connect(Connector(info: connector.info, keywords: keywords, timeout: connector.timeout))
        }
    }

    private init(connection: OpaquePointer, info: ConnectionInfo, canceller: Canceller) {
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        let host = text(PQhost(connection))
        let address = text(PQhostaddr(connection))
        let encoding = text(PQparameterStatus(connection, "server_encoding"))
        self.connection = connection
        self.canceller = canceller
        server = ConnectedServer(
            host: host, hostAddress: address.isEmpty ? nil : address, port: text(PQport(connection)),
            database: text(PQdb(connection)), user: text(PQuser(connection)),
            versionNumber: Int(PQserverVersion(connection)), backendProcessID: PQbackendPID(connection),
            encoding: encoding, protection: ConnectionProtection(of: connection))
        self.info = info.pinned(toHost: host, port: server.port, hostAddress: server.hostAddress)
            .with(database: server.database).with(user: server.user)
        // Nobody collects notices yet, and libpq would print them: PgBouncer's console has one for this.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        PQsetClientEncoding(connection, encoding == "SQL_ASCII" ? "SQL_ASCII" : "UTF8")
    }
}
