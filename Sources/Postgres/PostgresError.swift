package import JobModel

/// What can go wrong between dbops and a PostgreSQL server or one of its client programs. Messages keep the source's
/// own words and hold no secrets and no rows.
package enum PostgresError: UserFacingError, Equatable {
    /// A connection string that libpq cannot read; its text is not repeated, because it may hold a password.
    case invalidConnectionString(reason: String, hint: String?)
    /// No connection could be made.
    case connection(ConnectionFailure)
    /// A connection broke.
    case connectionLost(server: String, reason: String)
    /// The session was closed before.
    case sessionClosed(server: String)
    /// The server refused a statement.
    case statement(StatementFailure)
    /// Something between dbops and the server shares server connections among clients.
    case pooler(server: String)
    /// The server answered what it should not have.
    case unexpectedResult(String)
    /// A client or server program that is needed is not installed.
    case toolMissing(tool: String, major: Int, package: String, searched: [String])
    /// A program is there, and cannot tell its version.
    case toolBroken(path: String, reason: String)
    /// The newest client programs found are older than the server.
    case toolTooOld(tool: String, toolVersion: String, serverVersion: String, package: String)
    /// A client program ended with an error; `output` is the end of what it wrote to standard error.
    case toolFailed(tool: String, status: String, output: String, category: FailureCategory)
    /// A throw-away cluster could not be made.
    case cluster(reason: String, hint: String?, category: FailureCategory)
    /// A throw-away cluster that was made did not last.
    case clusterBroke(reason: String, hint: String, category: FailureCategory)

    package var message: String {
        switch self {
        case .invalidConnectionString(let reason, _): "the connection string cannot be used: \(reason)"
        case .connection(let failure): "cannot connect to \(failure.server): \(failure.reason)"
        case .connectionLost(let server, let reason): "the connection to \(server) was lost: \(reason)"
        case .sessionClosed(let server): "the session with \(server) is closed"
        case .statement(let failure): failure.description
        case .pooler(let server): "\(server) is a connection pooler (PgBouncer or the like), not a PostgreSQL server"
        case .unexpectedResult(let reason): "the server answered unexpectedly: \(reason)"
        case .toolMissing(let tool, let major, _, let searched):
            "\(tool) of PostgreSQL \(major) or newer is not in \(searched.joined(separator: ", "))"
        case .toolBroken(let path, let reason): "\(path) does not work: \(reason)"
        case .toolTooOld(let tool, let toolVersion, let serverVersion, _):
            "\(tool) \(toolVersion) is older than the server, which is \(serverVersion)"
        case .toolFailed(let tool, let status, let output, _):
            output.isEmpty ? "\(tool) \(status)" : "\(tool) \(status): \(output)"
        case .cluster(let reason, _, _): "cannot make a throw-away cluster: \(reason)"
        case .clusterBroke(let reason, _, _): "the throw-away cluster broke down: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .invalidConnectionString(_, let hint), .cluster(_, let hint, _): hint
        case .connection(let failure): failure.hint
        case .clusterBroke(_, let hint, _): hint
        case .connectionLost: "Look into the server's log for the time of this message."
        case .statement(let failure): failure.hint ?? failure.sqlState.remedy
        case .pooler:
            "In every pool mode it may end a session, or hand it to others, and with it the snapshot, locks and settings "
                + "that this work stands on: give the address and port of the PostgreSQL server itself."
        case .toolMissing(_, _, let package, _): "Install it: apt-get install \(package)."
        case .toolTooOld(_, _, _, let package): "Install the server's version: apt-get install \(package)."
        case .toolBroken(let path, _):
            "Run \(path) --version by hand; reinstall it, or name another folder by --pg-bin."
        case .toolFailed: "Look into the server's log for the time of this message: it may say more."
        case .unexpectedResult: "Run it again; if it happens twice, please report it with this message."
        case .sessionClosed: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .invalidConnectionString: .usage
        case .connection(let failure): failure.category
        case .connectionLost: .failed
        case .sessionClosed: .defect
        case .statement(let failure): failure.sqlState.category
        case .pooler: .configuration
        case .unexpectedResult: .failed
        case .toolMissing, .toolBroken, .toolTooOld: .unavailable
        case .toolFailed(_, _, _, let category), .cluster(_, _, let category),
            .clusterBroke(_, _, let category):
            category
        }
    }
}
