import JobModel

/// Splits SQL into statements, comments and commands of psql, byte by byte, as psql does it.
///
/// Source: `psqlscan.l`; PostgreSQL manual, 4.1 "Lexical Structure".
struct ScriptLexer: Sendable {
    enum Lexeme: Sendable {
        case statement(ScriptStatement)
        /// A comment of one line outside of statements, without its dashes.
        case comment(ServerText)
        case command(ServerText, line: Int)
        /// The first byte of a statement or command.
        case somethingBegins
    }

    private enum State {
        case code
        case dash, slash
        case lineComment, blockComment
        case quoted, quoteEnd
        case name
        case dollarTag, dollarBody
        case command
    }

    private(set) var line = 1
    private(set) var statement = StatementBuilder()
    /// Whether backslashes escape in plain literals: `standard_conforming_strings = off`.
    var hasEscapingLiterals = false

    private var state = State.code
    private var literal = QuotedLiteral()
    private var dollarQuote = DollarQuote()
    private var blockComment = BlockComment()
    /// Of a comment or a command.
    private var kept = KeptLine()
    private var commandLine = 0

    /// No statement that a server takes is longer.
    private static let longestStatement = 1 << 30

    /// Whether the bytes so far end where a statement, comment and command have ended.
    var isBetweenStatements: Bool {
        switch state {
        case .code, .lineComment: statement.isEmpty
        default: false
        }
    }

    /// Takes bytes from `start` on, up to the first lexeme; nil where they hold none that ends.
    mutating func next(_ bytes: [UInt8], from start: inout Int) throws(ScriptFault) -> Lexeme? {
        while start < bytes.count {
            let byte = bytes[start]
            let lexeme = try step(byte)
            if case .somethingBegins = lexeme { return lexeme }
            start += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if let lexeme { return lexeme }
        }
        return nil
    }

    private mutating func step(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        switch state {
        case .code: return try code(byte)
        case .dash: return try dash(byte)
        case .slash: return try slash(byte)
        case .lineComment: return lineComment(byte)
        case .blockComment:
            if !statement.isEmpty { statement.append(byte) }
            if blockComment.ends(with: byte) { state = .code }
        case .quoted:
            statement.append(byte)
            if literal.mayEnd(with: byte) { state = .quoteEnd }
        case .quoteEnd: return try quoteEnd(byte)
        case .name:
            statement.append(byte)
            if byte == UInt8(ascii: "\"") { state = .code }
        case .dollarTag: return try dollarTag(byte)
        case .dollarBody:
            statement.append(byte)
            if dollarQuote.ends(with: byte) { state = .code }
        case .command: return command(byte)
        }
        return nil
    }

    // MARK: - Outside of quotes

    private mutating func code(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        switch byte {
        case UInt8(ascii: " "), 9, 10, 11, 12, 13:
            if !statement.isEmpty { statement.appendSign(byte) }
        case UInt8(ascii: "-"):
            state = .dash
        case UInt8(ascii: "/"):
            state = .slash
        default:
            if statement.isEmpty, !hasBegun {
                hasBegun = true
                statement.begin(line: line)
                return .somethingBegins
            }
            return try significant(byte)
        }
        return nil
    }

    /// Set while the first byte of a statement is announced.
    private var hasBegun = false

    private mutating func significant(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        hasBegun = false
        switch byte {
        case UInt8(ascii: ";"):
            guard statement.endsAtSemicolon() else {
                statement.append(byte)
                return nil
            }
            return statement.isEmpty ? nil : .statement(statement.take())
        case UInt8(ascii: "'"):
            let hasEscapes = statement.endWordBeforeLiteral() || hasEscapingLiterals
            literal = QuotedLiteral(hasEscapes: hasEscapes)
            statement.append(byte)
            state = .quoted
        case UInt8(ascii: "\""):
            statement.appendSign(byte)
            state = .name
        case UInt8(ascii: "$") where !statement.hasWord:
            statement.append(byte)
            dollarQuote = DollarQuote()
            state = .dollarTag
        case UInt8(ascii: "\\"):
            guard statement.isEmpty else { throw fault("a command of psql stands within a statement") }
            commandLine = line
            kept = KeptLine([byte])
            state = .command
        case _ where Self.isOfWord(byte): statement.appendToWord(byte)
        default: statement.appendSign(byte)
        }
        guard statement.bytes.count <= Self.longestStatement else {
            throw fault("a statement that began in line \(statement.line) has no end")
        }
        return nil
    }

    static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private mutating func command(_ byte: UInt8) -> Lexeme? {
        guard byte == UInt8(ascii: "\n") else {
            kept.append(byte)
            return nil
        }
        state = .code
        return .command(kept.text, line: commandLine)
    }

    // MARK: - Comments

    private mutating func dash(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        guard byte == UInt8(ascii: "-") else { return try afterSign(UInt8(ascii: "-"), byte) }
        if !statement.isEmpty {
            statement.endWord()
            statement.append([byte, byte])
        }
        kept = KeptLine()
        state = .lineComment
        return nil
    }

    private mutating func slash(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        guard byte == UInt8(ascii: "*") else { return try afterSign(UInt8(ascii: "/"), byte) }
        if !statement.isEmpty {
            statement.endWord()
            statement.append([UInt8(ascii: "/"), byte])
        }
        blockComment = BlockComment()
        state = .blockComment
        return nil
    }

    /// A sign that might have begun a comment did not.
    private mutating func afterSign(_ sign: UInt8, _ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        if statement.isEmpty, !hasBegun {
            hasBegun = true
            statement.begin(line: line)
            return .somethingBegins
        }
        hasBegun = false
        statement.appendSign(sign)
        state = .code
        return try code(byte)
    }

    private mutating func lineComment(_ byte: UInt8) -> Lexeme? {
        guard byte == UInt8(ascii: "\n") else {
            if statement.isEmpty { kept.append(byte) } else { statement.append(byte) }
            return nil
        }
        state = .code
        guard statement.isEmpty else {
            statement.append(byte)
            return nil
        }
        return .comment(kept.text)
    }

    // MARK: - Quotes

    /// A doubled quote goes on with the literal.
    private mutating func quoteEnd(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        guard byte != UInt8(ascii: "'") else {
            statement.append(byte)
            state = .quoted
            return nil
        }
        state = .code
        return try code(byte)
    }

    private mutating func dollarTag(_ byte: UInt8) throws(ScriptFault) -> Lexeme? {
        switch dollarQuote.tag(byte) {
        case .goesOn: statement.append(byte)
        case .ends:
            statement.append(byte)
            state = .dollarBody
        case .isNone:
            state = .code
            return try code(byte)
        }
        return nil
    }

    private func fault(_ reason: String) -> ScriptFault { ScriptFault(line: line, reason: reason) }
}
