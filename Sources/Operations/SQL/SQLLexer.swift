/// Reads SQL word by word, as far as it takes to know where a statement ends: what stands in quotes or comments is
/// stepped over.
///
/// Source: PostgreSQL manual, 4.1 "Lexical Structure", with `standard_conforming_strings = on`.
struct SQLLexer {
    /// What matters to somebody who looks for the ends of statements.
    enum Token: Equatable {
        /// An unquoted word, in lower case.
        case word(String)
        case semicolon
        case openingParenthesis
        case closingParenthesis
        case backslash
        /// A literal, a quoted name, a number, an operator.
        case other
    }

    struct Lexeme {
        let token: Token
        let range: Range<Int>
        /// Of its first byte, from 1 on.
        let line: Int
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil at the end. Throws where a quote or a comment does not end.
    mutating func next() throws(SQLScriptError) -> Lexeme? {
        try skipBlank()
        guard position < bytes.count else { return nil }
        let (start, startLine) = (position, line)
        let token = try readToken()
        return Lexeme(token: token, range: start..<position, line: startLine)
    }

    // MARK: - Tokens

    private mutating func readToken() throws(SQLScriptError) -> Token {
        let byte = bytes[position]
        if Self.startsWord(byte) { return try readWord() }
        switch byte {
        case UInt8(ascii: ";"): return step(.semicolon)
        case UInt8(ascii: "("): return step(.openingParenthesis)
        case UInt8(ascii: ")"): return step(.closingParenthesis)
        case UInt8(ascii: "\\"): return step(.backslash)
        case UInt8(ascii: "'"): try skipQuoted(by: byte, "a string")
        case UInt8(ascii: "\""): try skipQuoted(by: byte, "a quoted name")
        case UInt8(ascii: "$"): try skipDollar()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): skip { Self.continuesWord($0) || $0 == UInt8(ascii: ".") }
        default: advance()
        }
        return .other
    }

    private mutating func step(_ token: Token) -> Token {
        advance()
        return token
    }

    private mutating func readWord() throws(SQLScriptError) -> Token {
        let start = position
        skip(while: Self.continuesWord)
        let word = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
        guard word == "e", peek() == UInt8(ascii: "'") else { return .word(word) }
        try skipEscapeString()
        return .other
    }

    // MARK: - Quotes

    /// A doubled quote stands for itself; it may as well end one literal and begin another.
    private mutating func skipQuoted(by quote: UInt8, _ what: String) throws(SQLScriptError) {
        let startLine = line
        advance()
        while let byte = peek() {
            advance()
            if byte == quote { return }
        }
        throw .unterminated(what: what, line: startLine)
    }

    /// With backslashes, also in a continuation on a line below.
    private mutating func skipEscapeString() throws(SQLScriptError) {
        repeat {
            let startLine = line
            advance()
            var isClosed = false
            while !isClosed {
                guard let byte = peek() else { throw .unterminated(what: "a string", line: startLine) }
                advance()
                if byte == UInt8(ascii: "\\"), peek() != nil { advance() }
                isClosed = byte == UInt8(ascii: "'")
            }
            if peek() == UInt8(ascii: "'") { continue }
            let (end, endLine) = (position, line)
            try skipBlank()
            guard peek() == UInt8(ascii: "'"), line > endLine else {
                (position, line) = (end, endLine)
                return
            }
        } while true
    }

    /// `$tag$ … $tag$`, or the number of a parameter, or a stray sign.
    private mutating func skipDollar() throws(SQLScriptError) {
        let (start, startLine) = (position, line)
        advance()
        if let byte = peek(), Self.startsWord(byte) {
            skip { Self.continuesWord($0) && $0 != UInt8(ascii: "$") }
        }
        guard peek() == UInt8(ascii: "$") else { return }
        advance()
        let delimiter = bytes[start..<position]
        while position < bytes.count {
            if bytes[position...].starts(with: delimiter) {
                position += delimiter.count
                return
            }
            advance()
        }
        throw .unterminated(what: "a dollar-quoted string", line: startLine)
    }

    // MARK: - Blanks and comments

    private mutating func skipBlank() throws(SQLScriptError) {
        while let byte = peek() {
            if Self.isSpace(byte) {
                advance()
            } else if byte == UInt8(ascii: "-"), peek(1) == byte {
                skip { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    /// Comments nest.
    private mutating func skipComment() throws(SQLScriptError) {
        let startLine = line
        var depth = 0
        repeat {
            guard let byte = peek() else { throw .unterminated(what: "a comment", line: startLine) }
            switch (byte, peek(1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")): depth += 1
            case (UInt8(ascii: "*"), UInt8(ascii: "/")): depth -= 1
            default:
                advance()
                continue
            }
            advance()
            advance()
        } while depth > 0
    }

    // MARK: - Bytes

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = peek(), condition(byte) { advance() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func startsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }

    private static func continuesWord(_ byte: UInt8) -> Bool {
        startsWord(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "$")
    }
}
