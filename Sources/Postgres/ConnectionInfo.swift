/// How to reach one PostgreSQL database: libpq's keywords, with the secrets kept apart.
///
/// What is not given here comes from libpq's own sources: the environment (`PGHOST`, `PGPASSWORD`, …), the service
/// file, `~/.pgpass`, its defaults. Source: PostgreSQL manual, 34.1.2 "Parameter Key Words".
package struct ConnectionInfo: Hashable, Sendable {
    /// All keywords given, without `password` and `sslpassword`.
    package private(set) var keywords: [String: String]
    package private(set) var password: Secret?
    /// The passphrase of the client certificate's key.
    package private(set) var sslPassword: Secret?

    /// `keywords` may hold `password` and `sslpassword`; they are taken out.
    package init(keywords: [String: String]) {
        var keywords = keywords
        password = keywords.removeValue(forKey: "password").map(Secret.init)
        sslPassword = keywords.removeValue(forKey: "sslpassword").map(Secret.init)
        self.keywords = keywords
    }

    /// The database named here; nil where libpq's sources decide.
    package var database: String? { keywords["dbname"] }
    /// The user named here; nil where libpq's sources decide.
    package var user: String? { keywords["user"] }

    package func with(database: String) -> ConnectionInfo {
        with("dbname", database)
    }

    package func with(user: String) -> ConnectionInfo {
        with("user", user)
    }

    package func with(password: Secret?) -> ConnectionInfo {
        var copy = self
        copy.password = password
        return copy
    }

    package func with(sslPassword: Secret?) -> ConnectionInfo {
        var copy = self
        copy.sslPassword = sslPassword
        return copy
    }

    /// Sets a keyword; nil takes it away.
    package func with(_ keyword: String, _ value: String?) -> ConnectionInfo {
        precondition(keyword != "password" && keyword != "sslpassword", "secrets have setters of their own")
        var copy = self
        copy.keywords[keyword] = value
        return copy
    }

    /// The same, but to one server out of a list of hosts: all sessions and children of a run must meet the server
    /// that the first session met.
    ///
    /// Adds settings of the session, in the form `-c name=value …`, which come before those of database and role, and
    /// after those that the connection string itself asks for.
    ///
    /// Source: PostgreSQL manual, 34.1.2 "Parameter Key Words", `options`.
    package func with(sessionOptions options: String) -> ConnectionInfo {
        with("options", [keywords["options"], options].compactMap { $0 }.joined(separator: " "))
    }

    /// The host's name stays, because certificates are checked against it.
    package func pinned(toHost host: String, port: String, hostAddress: String?) -> ConnectionInfo {
        var copy = self
        copy.keywords["host"] = host.isEmpty ? nil : host
        copy.keywords["port"] = port
        copy.keywords["hostaddr"] = hostAddress
        copy.keywords["target_session_attrs"] = nil
        copy.keywords["load_balance_hosts"] = nil
        return copy
    }

    /// `postgresql://user@host:port/database`, as far as given; for people and reports, without secrets.
    package var displayText: String {
        let host = keywords["host"] ?? keywords["hostaddr"] ?? ""
        let userPart = user.map { Self.percentEncoded($0) + "@" } ?? ""
        let databasePart = database.map { "/" + Self.percentEncoded($0) } ?? ""
        if host.hasPrefix("/") || host.hasPrefix("@") {
            let portPart = keywords["port"].map { "&port=\($0)" } ?? ""
            return "postgresql://\(userPart)\(databasePart.isEmpty ? "/" : databasePart)?host=\(host)\(portPart)"
        }
        if let service = keywords["service"], host.isEmpty { return "service=\(service)" }
        return "postgresql://\(userPart)\(Self.hostList(host, ports: keywords["port"]))\(databasePart)"
    }

    /// The server as host and port, as far as given: what jobs on one server have in common.
    package var serverText: String {
        "\(keywords["host"] ?? keywords["hostaddr"] ?? keywords["service"] ?? ""):\(keywords["port"] ?? "5432")"
    }

    /// `keyword='value'` pairs for the `-d` argument of client programs; secrets reach them by files.
    package var textWithoutSecrets: String {
        keywords.sorted { $0.key < $1.key }
            .map { "\($0.key)='\(Self.escaped($0.value))'" }
            .joined(separator: " ")
    }

    /// `text` without the secrets held here.
    func redacting(_ text: String) -> String {
        [password, sslPassword].compactMap { $0 }.reduce(text) { $1.redacting($0) }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == "'" || character == "\\" { text.append("\\") }
            text.append(character)
        }
    }

    private static func hostList(_ hosts: String, ports: String?) -> String {
        let hosts = hosts.split(separator: ",", omittingEmptySubsequences: false)
        let ports = ports?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        return hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : (index < ports.count ? ports[index] : "")
            let bracketed = host.contains(":") ? "[\(host)]" : String(host)
            return port.isEmpty ? bracketed : "\(bracketed):\(port)"
        }.joined(separator: ",")
    }

    private static func percentEncoded(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            let isPlain = scalar.properties.isAlphabetic || (48...57).contains(scalar.value) || !scalar.isASCII
            if isPlain || "-_.~".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
            }
        }
    }
}

extension ConnectionInfo: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { displayText }
    package var debugDescription: String { displayText }
}
