import CPQ

extension ConnectionInfo {
    /// Reads any libpq URL (`postgresql://…`, `postgres://…`) or `keyword=value` text, by libpq itself.
    ///
    /// A text without `=` and `://` is a database's name, as in psql. Neither the text nor parts of it are repeated in
    /// the error, because a slip of the pen turns a password into anything.
    package init(parsing text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else { throw Self.unusable("it holds a zero byte") }
        guard text.contains("=") || text.contains("://") else {
            self.init(keywords: text.isEmpty ? [:] : ["dbname": text])
            return
        }
        self.init(keywords: try Self.keywords(in: text))
        try checkSlips()
    }

    private static func keywords(in text: String) throws(PostgresError) -> [String: String] {
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &complaint) else {
            defer { PQfreemem(complaint) }
            throw unusable(safeReason(complaint.map { String(cString: $0) } ?? "out of memory"))
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return keywords
    }

    /// A special character in a password that was not percent-encoded moves the rest of it into the host or the
    /// port, whence it would reach messages.
    private func checkSlips() throws(PostgresError) {
        let isPort = { (byte: UInt8) in byte == UInt8(ascii: ",") || (48...57).contains(byte) }
        guard (keywords["port"] ?? "").utf8.allSatisfy(isPort) else {
            throw Self.unusable("the port is not a number")
        }
        // The digits themselves may be those of a password.
        for port in (keywords["port"] ?? "").split(separator: ",") where !(1...65_535).contains(Int(port) ?? 0) {
            throw Self.unusable("the port is not one from 1 to 65535")
        }
        let host = keywords["host"] ?? ""
        guard host.hasPrefix("@") || host.hasPrefix("/") || !host.contains("@") else {
            throw Self.unusable("the host's name holds an @")
        }
    }

    private static func unusable(_ reason: String) -> PostgresError {
        .invalidConnectionString(
            reason: reason,
            hint: "Write postgresql://USER@HOST:PORT/DATABASE; encode special characters, for instance @ as %40.")
    }

    /// libpq's complaint without what it quotes, except the name of an option that newer releases know.
    private static func safeReason(_ complaint: String) -> String {
        let text = complaint.trimmingWhitespace
        guard let first = text.firstIndex(of: "\""), let last = text.lastIndex(of: "\""), first < last else {
            return text.contains("\"") ? String(text.prefix { $0 != "\"" }).trimmingWhitespace : text
        }
        let quoted = String(text[text.index(after: first)..<last])
        if newerKeywords.contains(quoted) {
            return "the option \(quoted) needs a newer libpq than this one (\(PQlibVersion() / 10_000))"
        }
        return (text[..<first] + "…" + text[text.index(after: last)...]).trimmingWhitespace
    }

    /// Keywords that libpq has gained since PostgreSQL 15.
    private static let newerKeywords: Set<String> = [
        "require_auth", "sslcertmode", "gssdelegation", "load_balance_hosts", "sslnegotiation", "min_protocol_version",
        "max_protocol_version", "sslkeylogfile", "scram_client_key", "scram_server_key", "oauth_issuer",
        "oauth_client_id", "oauth_client_secret", "oauth_scope", "servicefile",
    ]
}
