import JobModel

/// Gathers one statement: its bytes, its words, and whether a semicolon would end it.
struct StatementBuilder: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var line = 0
    private var words: [String] = []
    private var word: [UInt8] = []
    private var parentheses = 0
    /// How deep in `BEGIN ATOMIC … END` of a function, and `CASE … END` in it.
    private var blocks = 0
    private var rows: Int?

    private static let keptWords = 12
    /// No longer words than these say anything here.
    private static let longestWord = 64

    var isEmpty: Bool { bytes.isEmpty }

    /// The word that is being read: what stands before a quote, an E for instance, belongs to the literal.
    var hasWord: Bool { !word.isEmpty }

    mutating func begin(line: Int) { self.line = line }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ text: some Sequence<UInt8>) { bytes += text }

    /// A byte of a word.
    mutating func appendToWord(_ byte: UInt8) {
        bytes.append(byte)
        word.append(byte)
    }

    /// A byte outside of words, quotes and comments.
    mutating func appendSign(_ byte: UInt8) {
        endWord()
        bytes.append(byte)
        if byte == UInt8(ascii: "(") {
            if parentheses == 0, let rows { self.rows = rows + 1 }
            parentheses += 1
        } else if byte == UInt8(ascii: ")") {
            parentheses = max(0, parentheses - 1)
        }
    }

    /// Ends the word before a literal, and says whether it is an E, so that backslashes in the literal escape.
    mutating func endWordBeforeLiteral() -> Bool {
        let isEscaping = word == [UInt8(ascii: "E")] || word == [UInt8(ascii: "e")]
        if isEscaping { word = [] }
        endWord()
        return isEscaping
    }

    mutating func endWord() {
        guard let first = word.first else { return }
        defer { word.removeAll(keepingCapacity: true) }
        guard parentheses == 0, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), word.count <= Self.longestWord
        else { return }
        let text = String(decoding: word, as: UTF8.self).lowercased()
        noteBlock(text)
        noteRows(text)
        if words.count < Self.keptWords { words.append(text) }
    }

    /// A semicolon outside of quotes ends the statement, unless it stands in parentheses, as in rules, or in the body
    /// of a function in standard SQL.
    mutating func endsAtSemicolon() -> Bool {
        endWord()
        return parentheses == 0 && blocks == 0
    }

    mutating func take() -> ScriptStatement {
        defer { self = StatementBuilder() }
        return ScriptStatement(text: ServerText(bytes: bytes), line: line, words: words, rows: rows)
    }

    /// As psql does it. Source: `psqlscan.l`.
    private mutating func noteBlock(_ text: String) {
        guard words.first == "create",
            words.dropFirst().prefix(3).contains(where: { $0 == "function" || $0 == "procedure" })
        else { return }
        switch text {
        case "begin": blocks += 1
        case "case" where blocks > 0: blocks += 1
        case "end" where blocks > 0: blocks -= 1
        default: break
        }
    }

    private mutating func noteRows(_ text: String) {
        guard words.first == "insert" else { return }
        switch text {
        case "values": rows = words.last == "default" ? 1 : 0
        // ON CONFLICT; no more rows follow.
        case "on": finishedRows = finishedRows ?? rows
        default: break
        }
        if let finishedRows { rows = finishedRows }
    }

    private var finishedRows: Int?
}
