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

    /// The server's table of locks is full: PostgreSQL reports it as a lack of memory.
    var isOutOfLocks: Bool { sqlState == .outOfMemory }

    var isTooManyConnections: Bool {
        if case .connection(let failure) = self { return failure.cause == .tooManyConnections }
        return false
    }
}
