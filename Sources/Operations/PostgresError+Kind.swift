import Postgres

/// The kinds of refusal that operations answer to.
extension PostgresError {
    private var sqlState: SQLState? {
        switch self {
        case .statement(let failure): failure.sqlState
        case .connection(let failure): failure.sqlState
        default: nil
        }
    }

    /// The server is there and said no to a statement; the session can go on.
    var isStatementRefusal: Bool {
        if case .statement = self { return true }
        return false
    }

    var isLockNotAvailable: Bool { sqlState == .lockNotAvailable }
    var isUndefinedTable: Bool { sqlState == .undefinedTable }
    var isUndefinedSchema: Bool { sqlState == SQLState("3F000") }

    /// The server is well and refuses the data or the statement itself: the classes data exception, integrity
    /// violation, syntax or undefined, not supported, invalid schema.
    var isRefusalOfContents: Bool {
        sqlState.map { ["22", "23", "42", "0A", "3F"].contains($0.errorClass) && $0 != .insufficientPrivilege } ?? false
    }

    /// The server's table of locks is full: PostgreSQL reports it as a lack of memory.
    var isOutOfLocks: Bool { sqlState == .outOfMemory }

    var isTooManyConnections: Bool {
        if case .connection(let failure) = self { return failure.cause == .tooManyConnections }
        return false
    }
}
