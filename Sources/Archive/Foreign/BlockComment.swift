/// A comment between `/*` and `*/`, which may hold others, byte by byte.
struct BlockComment: Sendable {
    private var depth = 1
    private var previous: UInt8?

    /// Whether the comment ends with this byte.
    mutating func ends(with byte: UInt8) -> Bool {
        let pair = (previous, byte)
        previous = nil
        switch pair {
        case (UInt8(ascii: "*"), UInt8(ascii: "/")): depth -= 1
        case (UInt8(ascii: "/"), UInt8(ascii: "*")): depth += 1
        default: previous = byte
        }
        return depth == 0
    }
}
