package import JobModel

/// A name in SQL, with or without its schema, always quoted. Source: PostgreSQL manual, 4.1.1 "Identifiers and Key
/// Words".
package struct SQLIdentifier: Hashable, Sendable, CustomStringConvertible {
    package let schema: ServerText?
    package let name: ServerText

    package init(_ name: ServerText) {
        schema = nil
        self.name = name
    }

    package init(schema: ServerText, name: ServerText) {
        self.schema = schema
        self.name = name
    }

    /// `"schema"."name"`, for statements.
    package var quoted: ServerText {
        guard let schema else { return name.quotedAsIdentifier }
        return "\(schema.quotedAsIdentifier).\(name.quotedAsIdentifier)"
    }

    /// For people.
    package var description: String { quoted.text }
}

extension ServerText {
    /// In double quotes, which are doubled inside. Right in UTF-8 and in `SQL_ASCII`, which are all that sessions
    /// speak.
    package var quotedAsIdentifier: ServerText {
        quoted(by: UInt8(ascii: "\""))
    }

    /// A string literal, right with any `standard_conforming_strings`.
    package var quotedAsLiteral: ServerText {
        let quote = UInt8(ascii: "'")
        let backslash = UInt8(ascii: "\\")
        guard bytes.contains(backslash) else { return quoted(by: quote) }
        let doubled = ServerText(bytes: bytes.flatMap { $0 == backslash ? [backslash, backslash] : [$0] })
        return "E\(doubled.quoted(by: quote))"
    }

    private func quoted(by quote: UInt8) -> ServerText {
        var result = [quote]
        result.reserveCapacity(bytes.count + 2)
        for byte in bytes {
            if byte == quote { result.append(quote) }
            result.append(byte)
        }
        result.append(quote)
        return ServerText(bytes: result)
    }
}

extension ServerText {
    /// A name as people write it: in quotes only where it must be.
    package var quotedWhereNeeded: ServerText {
        let isPlain = bytes.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isPlain && !(bytes.first.map { $0 <= UInt8(ascii: "9") } ?? true) ? self : quotedAsIdentifier
    }
}
