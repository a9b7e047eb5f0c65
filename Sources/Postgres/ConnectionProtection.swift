import CPQ

/// What keeps others on the way to a server from reading along, or from posing as it.
package enum ConnectionProtection: Hashable, Sendable {
    /// A socket of this machine, which nobody else can listen to.
    case localSocket
    case none
    /// `version` is for instance `TLSv1.3`.
    case tls(version: String, check: CertificateCheck)
    case gssapi

    /// What was held against the server's certificate. Source: PostgreSQL manual, 34.19.1 "Client Verification of
    /// Server Certificates".
    package enum CertificateCheck: Hashable, Sendable {
        /// Anybody could have made it.
        case nothing
        /// `verify-ca`, and `require` where there is a file of authorities.
        case authority
        /// `verify-full`
        case authorityAndName
    }

    /// Of a connection that is open.
    init(of connection: OpaquePointer) {
        let host = PQhost(connection).map { String(cString: $0) } ?? ""
        if host.hasPrefix("/") || host.hasPrefix("@") || host.isEmpty {
            self = .localSocket
        } else if PQsslInUse(connection) != 0 {
            let version = PQsslAttribute(connection, "protocol").map { String(cString: $0) } ?? "TLS"
            self = .tls(version: version, check: Self.check(of: connection))
        } else {
            self = PQgssEncInUse(connection) != 0 ? .gssapi : .none
        }
    }

    private static func check(of connection: OpaquePointer) -> CertificateCheck {
        // SSL_VERIFY_PEER
        guard let encryption = PQsslStruct(connection, "OpenSSL"),
            SSL_get_verify_mode(OpaquePointer(encryption)) & 1 != 0
        else { return .nothing }
        return keyword("sslmode", of: connection) == "verify-full" ? .authorityAndName : .authority
    }

    /// As it is in force, wherever it comes from: the connection string, the environment, a service file.
    private static func keyword(_ name: String, of connection: OpaquePointer) -> String? {
        guard let options = PQconninfo(connection) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == name { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }
}

extension ConnectedServer {
    /// Whether others than this machine can see what is sent.
    package var isReachedOverNetwork: Bool {
        guard protection != .localSocket else { return false }
        guard let address = hostAddress else { return host != "localhost" }
        return !address.hasPrefix("127.") && address != "::1"
    }
}
