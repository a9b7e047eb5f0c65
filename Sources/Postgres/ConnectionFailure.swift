import Foundation
package import JobModel

/// Why a connection could not be made.
package struct ConnectionFailure: Hashable, Sendable {
    /// Where to, without secrets.
    package var server: String
    /// libpq's or the server's own words.
    package var reason: String
    /// What the server said; nil where no server answered.
    package var sqlState: SQLState?
    package var cause: Cause

    package enum Cause: Hashable, Sendable {
        case unknownHost, refused, timeout, credentials, notLetIn, noDatabase, tooManyConnections, starting, tls
        /// The address itself is wrong: no port, a service that is not defined.
        case badAddress
        case other
    }

    package var category: FailureCategory {
        switch cause {
        case .unknownHost, .refused, .timeout, .noDatabase, .tls, .other: .unavailable
        case .credentials, .notLetIn: .permission
        case .badAddress: .usage
        case .tooManyConnections, .starting: .tryLater
        }
    }

    package var hint: String? {
        if let hint = TLSComplaint.hint(for: reason) { return hint }
        return switch cause {
        case .unknownHost: "Check the host name and this machine's name resolution."
        case .refused: "Check host and port, and that the server runs and listens there (listen_addresses)."
        case .timeout: "Check the address and the firewalls between; connect_timeout=SECONDS sets the limit."
        case .credentials where sqlState == .insufficientPrivilege:
            "Let the role in, as the database's owner or a superuser: GRANT CONNECT ON DATABASE \(refusedDatabase) TO …;"
        case .credentials: hintOfCredentials
        case .notLetIn:
            "The server's pg_hba.conf has to let this user in from this host; after a change there: SELECT "
                + "pg_reload_conf()." + (wasOnlyTriedInTheClear ? Self.wantsTLS : "")
        case .badAddress: "Check the port; a service is defined in ~/.pg_service.conf, or the file PGSERVICEFILE names."
        case .noDatabase: "Check the database's name; psql -l lists those of the server."
        case .tooManyConnections: "Try again later, use fewer workers, or raise the server's max_connections."
        case .starting: "Try again when the server has started."
        case .tls: "Check sslmode, the certificates and the host name in them."
        case .other: "Look into the server's log for the time of this message: it may say more."
        }
    }

    /// What libpq's default, `sslmode=prefer`, ends with as well where the server has no TLS.
    private var wasOnlyTriedInTheClear: Bool {
        reason.contains("no encryption") && !reason.contains("SSL encryption")
    }

    private static let wantsTLS =
        " Or it wants TLS: sslmode=verify-full with sslrootcert=FILE; sslmode=require does not look whose server it is."

    private var hintOfCredentials: String {
        if reason.contains("no password supplied") {
            return "Give it by --password-file, PGPASSWORD or ~/.pgpass, or in the job file by password_file or "
                + "password_env."
        }
        if reason.contains("Peer authentication failed") {
            return "By socket the server lets in only the operating system's user of the same name: run dbops as that, "
                + "or connect to host=localhost with a password."
        }
        return
            "Check the user's name and password (--password-file, PGPASSWORD, ~/.pgpass; in the job file password_file "
            + "or password_env)."
    }

    /// The server names it in quotes.
    private var refusedDatabase: String {
        let parts = reason.components(separatedBy: "permission denied for database \"")
        guard parts.count > 1, let name = parts[1].split(separator: "\"").first else { return "…" }
        return ServerText(String(name)).quotedWhereNeeded.text
    }
}
