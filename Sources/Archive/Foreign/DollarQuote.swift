/// A literal in dollar quotes, `$tag$ … $tag$`, byte by byte.
struct DollarQuote: Sendable {
    /// What a byte is that follows the first dollar sign.
    enum Tag {
        case goesOn
        /// The body begins behind it.
        case ends
        /// No tag has it: the dollar sign began no literal.
        case isNone
    }

    private var delimiter: [UInt8] = [UInt8(ascii: "$")]
    private var matched = 0

    mutating func tag(_ byte: UInt8) -> Tag {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        if byte == UInt8(ascii: "$") {
            delimiter.append(byte)
            return .ends
        }
        guard ScriptLexer.isOfWord(byte), !(isDigit && delimiter.count == 1) else { return .isNone }
        delimiter.append(byte)
        return .goesOn
    }

    /// Whether the literal ends with this byte of its body.
    mutating func ends(with byte: UInt8) -> Bool {
        if byte == delimiter[matched] {
            matched += 1
        } else {
            matched = byte == UInt8(ascii: "$") ? 1 : 0
        }
        return matched == delimiter.count
    }
}
