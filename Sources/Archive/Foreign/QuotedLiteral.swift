/// A literal in single quotes, byte by byte.
struct QuotedLiteral: Sendable {
    /// Whether a backslash takes the next byte's meaning away.
    let hasEscapes: Bool
    private var isEscaped = false

    init(hasEscapes: Bool = false) { self.hasEscapes = hasEscapes }

    /// Whether this byte is a quote that ends the literal, unless another follows.
    mutating func mayEnd(with byte: UInt8) -> Bool {
        guard !isEscaped else {
            isEscaped = false
            return false
        }
        isEscaped = hasEscapes && byte == UInt8(ascii: "\\")
        return byte == UInt8(ascii: "'")
    }
}
