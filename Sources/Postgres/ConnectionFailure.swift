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
        case unknownHost, refused, timeout, credentials, noDatabase, tooManyConnections, starting, tls, other
    }

    package var category: FailureCategory {
        switch cause {
        case .unknownHost, .refused, .timeout, .noDatabase, .tls, .other: .unavailable
        case .credentials: .permission
        case .tooManyConnections, .starting: .tryLater
        }
    }

    package var hint: String? {
        switch cause {
        case .unknownHost: "Check the host name and this machine's name resolution."
        case .refused: "Check host and port, and that the server runs and listens there (listen_addresses)."
        case .timeout: "Check the address and the firewalls between; connect_timeout=SECONDS sets the limit."
        case .credentials:
            "Check user and password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf."
        case .noDatabase: "Check the database's name; psql -l lists those of the server."
        case .tooManyConnections: "Try again later, use fewer workers, or raise the server's max_connections."
        case .starting: "Try again when the server has started."
        case .tls: "Check sslmode, the certificates and the host name in them."
        case .other: nil
        }
    }
}
