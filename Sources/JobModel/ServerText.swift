/// Text in the encoding of a PostgreSQL server or of an archive, which need not be UTF-8.
///
/// Names in an `SQL_ASCII` database are bytes without a known encoding, so they are kept as bytes all the way from
/// the table of contents to the SQL that names them. Source: PostgreSQL manual, 24.3 "Character Set Support".
package struct ServerText: Hashable, Sendable, Comparable {
    /// The bytes, without a terminating zero.
    package var bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The text for people: bytes that are no UTF-8 are shown as U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text where the bytes are valid UTF-8, else nil.
    package var validText: String? { String(validating: bytes, as: UTF8.self) }

    package static func < (left: ServerText, right: ServerText) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    package static func + (left: ServerText, right: ServerText) -> ServerText {
        ServerText(bytes: left.bytes + right.bytes)
    }

    package static func += (left: inout ServerText, right: ServerText) {
        left.bytes += right.bytes
    }
}

extension ServerText: CustomStringConvertible {
    package var description: String { text }
}

extension ServerText: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// Keeps the bytes of interpolated ``ServerText`` values as they are.
    package struct StringInterpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        package mutating func appendLiteral(_ literal: String) {
            bytes += literal.utf8
        }

        package mutating func appendInterpolation(_ text: ServerText) {
            bytes += text.bytes
        }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            bytes += value.description.utf8
        }
    }

    package init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.bytes
    }
}

extension Sequence<ServerText> {
    /// The texts in a row, with `separator` between them.
    package func joined(separator: ServerText) -> ServerText {
        var result: [UInt8] = []
        for (index, text) in enumerated() {
            if index > 0 { result += separator.bytes }
            result += text.bytes
        }
        return ServerText(bytes: result)
    }
}

extension ServerText: Codable {
    private enum CodingKeys: String, CodingKey { case bytes }

    /// A JSON string where the bytes are UTF-8, else `{"bytes": "<hexadecimal>"}`.
    package func encode(to encoder: any Encoder) throws {
        if let validText {
            var container = encoder.singleValueContainer()
            try container.encode(validText)
            return
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Hexadecimal.text(of: bytes), forKey: .bytes)
    }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self.init(text)
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let hexadecimal = try container.decode(String.self, forKey: .bytes)
        guard let bytes = Hexadecimal.bytes(of: hexadecimal) else {
            throw DecodingError.dataCorruptedError(
                forKey: .bytes, in: container, debugDescription: "not hexadecimal digits")
        }
        self.init(bytes: bytes)
    }
}
