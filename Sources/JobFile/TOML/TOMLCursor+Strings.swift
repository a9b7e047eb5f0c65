extension TOMLCursor {
    /// A string in any of the four forms; nil where none begins here.
    mutating func string() throws(SyntaxFault) -> String? {
        if take("\"\"\"") { return try longString(end: "\"\"\"", hasEscapes: true) }
        if take("'''") { return try longString(end: "'''", hasEscapes: false) }
        return try shortString()
    }

    /// A string on one line, as keys may be; nil where none begins here.
    mutating func shortString() throws(SyntaxFault) -> String? {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        let start = self
        advance()
        var content: [UInt8] = []
        while let byte = next, byte != quote {
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                content += try escape()
            } else if Self.isText(byte) {
                content += take { Self.isText($0) && $0 != quote && $0 != UInt8(ascii: "\\") }
                if next == UInt8(ascii: "\\"), quote == UInt8(ascii: "'") {
                    content.append(UInt8(ascii: "\\"))
                    advance()
                }
            } else {
                throw byte == 10 || byte == 13
                    ? start.fault("this string has no end on its line") : fault("a control character in a string")
            }
        }
        guard next == quote else { throw start.fault("this string has no end") }
        advance()
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func longString(end: StaticString, hasEscapes: Bool) throws(SyntaxFault) -> String {
        let start = self
        _ = takeNewline()
        var content: [UInt8] = []
        while let byte = next {
            if starts(with: end) {
                advance(by: 3)
                // Up to two quotes may stand before the three that end it.
                for _ in 0..<2 where next == byte {
                    content.append(byte)
                    advance()
                }
                return String(decoding: content, as: UTF8.self)
            }
            if takeNewline() {
                content.append(10)
            } else if hasEscapes, byte == UInt8(ascii: "\\") {
                if try !takeLineContinuation() { content += try escape() }
            } else {
                guard Self.isText(byte) else { throw fault("a control character in a string") }
                content.append(byte)
                advance()
            }
        }
        throw start.fault("this string has no end")
    }

    /// A backslash at the end of a line takes away all blanks and line ends after it.
    private mutating func takeLineContinuation() throws(SyntaxFault) -> Bool {
        var ahead = self
        ahead.advance()
        ahead.skipBlanks()
        guard ahead.takeNewline() else { return false }
        repeat { ahead.skipBlanks() } while ahead.takeNewline()
        self = ahead
        return true
    }

    private mutating func escape() throws(SyntaxFault) -> [UInt8] {
        let start = self
        advance()
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12,
            UInt8(ascii: "r"): 13, UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92,
        ]
        guard let letter = next else { throw start.fault("this string has no end") }
        advance()
        if let byte = simple[letter] { return [byte] }
        let lengths: [UInt8: Int] = [UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
        guard let length = lengths[letter] else {
            throw start.fault("no such escape; write \\\\ for a backslash, or the string in single quotes")
        }
        let digits = bytes[index..<min(index + length, bytes.count)].prefix { Self.isHexadecimal($0) }
        guard digits.count == length, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value), value != 0
        else { throw start.fault("no such character") }
        advance(by: length)
        return Array(String(Character(scalar)).utf8)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte & 0xDF)
    }
}
