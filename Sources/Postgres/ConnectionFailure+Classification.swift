extension ConnectionFailure {
    /// Reads what libpq says about a failed attempt, made with `PQERRORS_VERBOSE` so that the server's SQLSTATE is
    /// in the text whatever its language.
    ///
    /// libpq's own words are in the language of this process, which never calls `setlocale` and so is English; those
    /// of the server are in its own, but carry the code. A list of hosts gives a message per host: the first cause
    /// that is known counts, and one that a server named before one of the network.
    init(server: String, libpqMessage: String) {
        self.server = server
        let parts = Self.withoutVerbosity(libpqMessage)
        reason = Self.reason(parts.lines, server: server)
        sqlState = parts.sqlState
        cause = parts.sqlState.flatMap { Self.cause(of: $0, libpqMessage) } ?? Self.cause(of: libpqMessage)
    }

    private static func cause(of sqlState: SQLState, _ message: String) -> Cause? {
        switch sqlState.description {
        case "28000": message.contains("pg_hba.conf") ? .notLetIn : .credentials
        case "28P01", "42501": .credentials
        case "3D000": .noDatabase
        case "53300": .tooManyConnections
        case "57P03": .starting
        default: nil
        }
    }

    private static let phrases: [(phrase: String, cause: Cause)] = [
        ("no password supplied", .credentials), ("password authentication failed", .credentials),
        ("pg_hba.conf", .notLetIn), ("Peer authentication failed", .credentials),
        ("could not translate host name", .unknownHost), ("could not parse network address", .unknownHost),
        ("certificate", .tls), ("does not support SSL", .tls), ("SSL error", .tls), ("SSL SYSCALL error", .tls),
        ("invalid port number", .badAddress), ("definition of service", .badAddress),
        ("too many connections", .tooManyConnections), ("the database system is starting up", .starting),
        ("timeout expired", .timeout), ("Connection timed out", .timeout),
        ("Connection refused", .refused), ("No such file or directory", .refused),
        ("No route to host", .refused), ("Network is unreachable", .refused),
        ("Connection reset by peer", .refused), ("server closed the connection unexpectedly", .refused),
    ]

    private static func cause(of message: String) -> Cause {
        TLSComplaint.cause(of: message) ?? phrases.first { message.contains($0.phrase) }?.cause ?? .other
    }

    /// The message as it reads with the default verbosity, a line per attempt, and the first SQLSTATE in it.
    private static func withoutVerbosity(_ message: String) -> (lines: [String], sqlState: SQLState?) {
        var sqlState: SQLState?
        var lines: [String] = []
        for line in message.split(separator: "\n") where !line.hasPrefix("LOCATION:  ") {
            guard let found = verboseCode(in: line) else {
                lines.append(line.trimmingWhitespace)
                continue
            }
            sqlState = sqlState ?? found.code
            lines.append(found.line.trimmingWhitespace)
        }
        return (lines, sqlState)
    }

    /// Finds `SEVERITY:  28P01: ` and takes it out: an attempt that fails is always fatal.
    private static func verboseCode(in line: Substring) -> (code: SQLState, line: Substring)? {
        var rest = line
        while let gap = rest.firstRange(of: ":  ") {
            let tail = rest[gap.upperBound...]
            let code = tail.prefix(5)
            let isCode = code.utf8.count == 5 && code.utf8.allSatisfy { isCodeByte($0) }
            if isCode, tail.dropFirst(5).hasPrefix(": ") {
                let head = line[..<gap.lowerBound]
                let severity = head.lastIndex(of: " ").map { head.index(after: $0) } ?? head.startIndex
                return (SQLState(String(code)), line[..<severity] + tail.dropFirst(7))
            }
            rest = tail
        }
        return nil
    }

    private static func isCodeByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmingWhitespace: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
