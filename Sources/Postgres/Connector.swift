import CPQ
import Foundation

/// Makes connections, on the calling thread, which it blocks.
///
/// libpq's own `PQconnectdb` has no SQLSTATE to offer and cannot be broken off; its asynchronous form can be told
/// to put the code into its messages, and is polled here. The limit of time counts per host of a list, as there.
struct Connector {
    let info: ConnectionInfo
    /// All keywords, secrets included.
    let keywords: [String: String]
    /// Nil waits for ever.
    let timeout: Duration?

    /// Default: 10 s, unless the connection string or `PGCONNECT_TIMEOUT` says otherwise; 0 is no limit, and 1 is 2 as
    /// in libpq.
    static func timeout(of info: ConnectionInfo, environment: [String: String]) -> Duration? {
        let text = info.keywords["connect_timeout"] ?? environment["PGCONNECT_TIMEOUT"]
        guard let seconds = text.flatMap({ Int($0.trimmingWhitespace) }) else { return .seconds(10) }
        return seconds <= 0 ? nil : .seconds(max(2, seconds))
    }

    /// A connection that is ready for statements. Throws ``PostgresError/connection`` or `CancellationError`.
    func connect() throws -> OpaquePointer {
        for _ in 1..<Self.attemptsForReason {
            do {
                return try connectOnce()
            } catch PostgresError.connection(let failure) where CertificateVerdict.isMissing(in: failure.reason) {
                // Asked once more.
            }
        }
        return try connectOnce()
    }

    /// Where the server answers at once its certificate is looked at in the very step that begins the encryption, and the
    /// reason is out of our sight: another attempt most likely shows it.
    private static let attemptsForReason = 6

    private func connectOnce() throws -> OpaquePointer {
        guard let connection = start() else { throw failure("out of memory") }
        do {
            try wait(for: connection)
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            return connection
        } catch {
            PQfinish(connection)
            throw error
        }
    }

    private func start() -> OpaquePointer? {
        let pairs = keywords.sorted { $0.key < $1.key }
        let strings = pairs.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (key, value) in strings {
                free(key)
                free(value)
            }
        }
        let keys = strings.map { UnsafePointer($0.0) } + [nil]
        let values = strings.map { UnsafePointer($0.1) } + [nil]
        return PQconnectStartParams(keys, values, 0)
    }

    private func wait(for connection: OpaquePointer) throws {
        guard PQstatus(connection) != CONNECTION_BAD else { throw failure(of: connection) }
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        var deadline = timeout.map { ContinuousClock.now + $0 }
        var host = PQhost(connection).map { String(cString: $0) }
        var direction = PGRES_POLLING_WRITING
        var certificate = CertificateVerdict()
        while true {
            try waitUntilReady(connection, direction, deadline)
            certificate.watch(connection)
            direction = PQconnectPoll(connection)
            if direction == PGRES_POLLING_OK { return }
            if direction == PGRES_POLLING_FAILED { throw failure(certificate.explained(Self.message(of: connection))) }
            let nextHost = PQhost(connection).map { String(cString: $0) }
            if nextHost != host { deadline = timeout.map { ContinuousClock.now + $0 } }
            host = nextHost
        }
    }

    private func waitUntilReady(
        _ connection: OpaquePointer, _ direction: PostgresPollingStatusType, _ deadline: ContinuousClock.Instant?
    ) throws {
        let events = direction == PGRES_POLLING_READING ? POLLIN : POLLOUT
        while true {
            try Task.checkCancellation()
            if let deadline, ContinuousClock.now >= deadline {
                let host = PQhost(connection).map { String(cString: $0) } ?? ""
                throw TimeoutAtHost(host: host, failure: failure("timeout expired at host \"\(host)\""))
            }
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            if poll(&descriptor, 1, Self.sliceInMilliseconds) > 0 { return }
        }
    }

    /// How long a cancelled task may wait at most for its end.
    private static let sliceInMilliseconds: Int32 = 50

    private func failure(of connection: OpaquePointer) -> PostgresError {
        failure(Self.message(of: connection))
    }

    private static func message(of connection: OpaquePointer) -> String {
        PQerrorMessage(connection).map { String(cString: $0) } ?? ""
    }

    private func failure(_ message: String) -> PostgresError {
        let safeMessage = info.redacting(message)
        if message.contains("unsupported startup parameter") || message.contains("pgbouncer cannot connect") {
            return .pooler(server: info.displayText)
        }
        return .connection(ConnectionFailure(server: info.displayText, libpqMessage: safeMessage))
    }
}

/// The limit of time ran out at one host; others of the list may follow.
struct TimeoutAtHost: Error {
    let host: String
    let failure: PostgresError
}
