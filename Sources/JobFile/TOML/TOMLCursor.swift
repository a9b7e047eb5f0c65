/// A place in a TOML text, and what stands there.
struct TOMLCursor {
    let bytes: [UInt8]
    private(set) var index = 0
    private var line = 1
    private var lineStart = 0

    /// A mark of the byte order is skipped.
    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { (index, lineStart) = (3, 3) }
    }

    /// Nil at the end of the text.
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Columns count characters, not bytes.
    var position: Position {
        Position(line: line, column: bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 } + 1)
    }

    func fault(_ message: String) -> SyntaxFault {
        SyntaxFault(position: position, message: "not TOML: \(message)")
    }

    func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    mutating func advance(by count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] == 10 {
                line += 1
                lineStart = index + 1
            }
            index += 1
        }
    }

    /// Takes `text` if it stands here.
    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        advance(by: text.utf8CodeUnitCount)
        return true
    }

    /// The bytes from here on that `condition` holds for.
    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = index
        while let byte = next, condition(byte) { advance() }
        return bytes[start..<index]
    }

    mutating func skipBlanks() { _ = take { $0 == 9 || $0 == 32 } }

    mutating func takeNewline() -> Bool { take("\n") || take("\r\n") }

    /// Up to the line's end.
    mutating func skipComment() throws(SyntaxFault) {
        guard take("#") else { return }
        _ = take { Self.isText($0) }
        guard next == nil || starts(with: "\n") || starts(with: "\r\n") else {
            throw fault("a control character in a comment")
        }
    }

    /// Blanks, comments and line ends.
    mutating func skipLines() throws(SyntaxFault) {
        repeat {
            skipBlanks()
            try skipComment()
        } while takeNewline()
    }

    /// Only a comment may follow on the line.
    mutating func endLine() throws(SyntaxFault) {
        skipBlanks()
        try skipComment()
        guard next == nil || takeNewline() else { throw fault("more stands here than fits on the line") }
    }

    /// What may stand in a string or comment as it is: no control character but the tab.
    static func isText(_ byte: UInt8) -> Bool { byte >= 32 && byte != 127 || byte == 9 }
}
