import BlockingWork
import CPQ
package import JobModel

extension Session {
    /// Runs one statement, or several separated by semicolons, and forgets what they return.
    package nonisolated(nonsending) func execute(_ sql: ServerText) async throws {
        try await turns.withTurn {
            try await interruptible { session in
                let result = try session.run(sql)
                defer { PQclear(result) }
                try session.check(result, of: sql, isOneOf: [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY])
            }
        }
    }

    /// Runs one statement with the values of `$1`, `$2`, … (nil is SQL's NULL) and returns its rows.
    package nonisolated(nonsending) func query(
        _ sql: ServerText, _ parameters: [ServerText?] = []
    ) async throws -> ResultTable {
        try await turns.withTurn {
            try await interruptible { session in
                let result = try session.run(sql, parameters.map { $0.map { .text($0) } })
                defer { PQclear(result) }
                try session.check(result, of: sql, isOneOf: [PGRES_COMMAND_OK, PGRES_TUPLES_OK])
                return ResultTable(result)
            }
        }
    }

    /// Runs one statement by the simple protocol, the only one that the admin consoles of poolers know, and returns its
    /// rows.
    package nonisolated(nonsending) func simpleQuery(_ sql: ServerText) async throws -> ResultTable {
        try await turns.withTurn {
            try await interruptible { session in
                let result = try session.run(sql)
                defer { PQclear(result) }
                try session.check(result, of: sql, isOneOf: [PGRES_COMMAND_OK, PGRES_TUPLES_OK])
                return ResultTable(result)
            }
        }
    }

    /// Whether a transaction block is open, also where it has failed.
    package func isInTransaction() throws(PostgresError) -> Bool {
        PQtransactionStatus(try openConnection()) != PQTRANS_IDLE
    }

    /// Runs `body` on the session's thread; cancels its statement when the calling task is cancelled.
    nonisolated(nonsending) func interruptible<Success: Sendable>(
        _ body: @Sendable (isolated Session) throws -> Success
    ) async throws -> Success {
        try await withTaskCancellationHandler {
            try await perform(body)
        } onCancel: {
            canceller.cancel()
        }
    }

    private func perform<Success: Sendable>(_ body: @Sendable (isolated Session) throws -> Success) throws -> Success {
        canceller.statementBegins()
        defer { canceller.statementEnds() }
        try Task.checkCancellation()
        do {
            return try body(self)
        } catch let error as PostgresError where Task.isCancelled && error.isCausedByCancellation {
            throw CancellationError()
        }
    }

    /// The result of a statement, whatever it says; the caller clears it.
    func run(_ sql: ServerText) throws(PostgresError) -> OpaquePointer {
        let connection = try openConnection()
        guard let result = PQexec(connection, try Self.terminated(sql)) else { throw failure(nil, of: sql) }
        return result
    }

    /// The result of one statement with parameters, in text or, for `bytea` results, in binary form.
    func run(
        _ sql: ServerText, _ parameters: [StatementParameter?], wantsBinaryResult: Bool = false
    ) throws(PostgresError) -> OpaquePointer {
        let connection = try openConnection()
        let statement = try Self.terminated(sql)
        var values: [[UInt8]?] = []
        for parameter in parameters { values.append(try parameter?.encoded()) }
        let lengths = values.map { Int32($0?.count ?? 0) }
        let formats: [Int32] = parameters.map { $0?.isBinary == true ? 1 : 0 }
        let result = withPointers(to: values) { pointers in
            PQexecParams(
                connection, statement, Int32(values.count), nil, pointers, lengths, formats, wantsBinaryResult ? 1 : 0)
        }
        guard let result else { throw failure(nil, of: sql) }
        return result
    }

    /// Throws what the server said where the result has none of these forms.
    func check(
        _ result: OpaquePointer?, of sql: ServerText, isOneOf expected: [ExecStatusType]
    ) throws(PostgresError) {
        let status = PQresultStatus(result)
        guard !expected.contains(status) else { return }
        if status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
            leaveCopy()
            throw .unexpectedResult("a COPY began where a statement was expected")
        }
        guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || result == nil else {
            let name = PQresStatus(status).map { String(cString: $0) } ?? "an unknown result"
            throw .unexpectedResult("\(name) from: \(StatementFailure.summary(of: sql.text))")
        }
        throw failure(result, of: sql)
    }

    /// What went wrong, from a result or, where there is none, from the connection.
    func failure(_ result: OpaquePointer?, of sql: ServerText) -> PostgresError {
        guard let connection = try? openConnection() else { return .sessionClosed(server: server.displayText) }
        let words = PQerrorMessage(connection).map { String(cString: $0).trimmingWhitespace } ?? ""
        let fields = result.map(ResultFields.init)
        guard let sqlState = fields?.sqlState else {
            return PQstatus(connection) == CONNECTION_BAD
                ? .connectionLost(
                    server: server.displayText, reason: PostgresError.cause(in: connectionInfo.redacting(words)))
                : .unexpectedResult(words.isEmpty ? "no result" : words)
        }
        if PQstatus(connection) == CONNECTION_BAD || fields?.isFatal == true {
            let reason = fields?.message.map { "\($0) (SQLSTATE \(sqlState))" } ?? PostgresError.cause(in: words)
            return .connectionLost(server: server.displayText, reason: reason)
        }
        let message = fields?.message ?? words
        let grant = StatementFailure.missingGrant(sqlState: sqlState, message: message, role: server.user)
        return .statement(
            StatementFailure(
                sqlState: sqlState, message: message, detail: fields?.detail, hint: fields?.hint ?? grant,
                context: fields?.context, statement: StatementFailure.summary(of: sql.text)))
    }

    private static func terminated(_ sql: ServerText) throws(PostgresError) -> [CChar] {
        guard !sql.bytes.contains(0) else { throw .unexpectedResult("a statement holds a zero byte") }
        return sql.bytes.map { CChar(bitPattern: $0) } + [0]
    }
}

extension PostgresError {
    /// What libpq says of a connection that broke, on one line and without its guesses (`This probably means the server
    /// terminated abnormally …`).
    static func cause(in words: String) -> String {
        words.split(separator: "\n").map(\.trimmingWhitespace)
            .prefix { !$0.hasPrefix("This probably means") }.joined(separator: "; ")
    }

    /// Whether the error is what a cancelled statement ends with.
    fileprivate var isCausedByCancellation: Bool {
        switch self {
        case .statement(let failure): failure.sqlState == .queryCanceled
        case .connectionLost: true
        default: false
        }
    }
}
