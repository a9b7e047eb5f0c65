import JobModel
import Postgres

/// One statement of a script, without the semicolon and without the comments around it.
struct SQLStatement: Sendable, Equatable {
    let text: ServerText
    /// Where it begins, from 1 on.
    let line: Int
    /// Its unquoted words outside of parentheses, in lower case; the first 32.
    let words: [String]

    /// Its beginning up to the first literal, for logs and reports.
    var summary: String { StatementFailure.summary(of: text.text) }
}

/// Statements, split so that each can be sent by itself.
struct SQLScript: Sendable, Equatable {
    let statements: [SQLStatement]

    /// Throws where the text ends in the midst of something, or holds what only psql understands.
    init(_ text: ServerText) throws(SQLScriptError) {
        var lexer = SQLLexer(text.bytes)
        var statements: [SQLStatement] = []
        var current = StatementInProgress()
        while let lexeme = try lexer.next() {
            if lexeme.token == .backslash { throw .metaCommand(line: lexeme.line) }
            if current.isEnded(by: lexeme) {
                if let statement = current.statement(of: text) { statements.append(statement) }
                current = StatementInProgress()
            } else {
                current.add(lexeme)
            }
        }
        if let statement = current.statement(of: text) { statements.append(statement) }
        self.statements = statements
    }
}

/// A statement while its words come in.
///
/// Semicolons do not end a statement inside of parentheses (`CREATE RULE`) and inside of a routine's body between
/// `BEGIN ATOMIC` and its `END`. Source: psqlscan.l, which knows bodies by the same words.
private struct StatementInProgress {
    private var range: Range<Int>?
    private var line = 0
    private var words: [String] = []
    private var isRoutine = false
    private var wordCount = 0
    private var parentheses = 0
    /// Nesting of `BEGIN` and `CASE` in a routine's body.
    private var blocks = 0

    func isEnded(by lexeme: SQLLexer.Lexeme) -> Bool {
        lexeme.token == .semicolon && parentheses == 0 && blocks == 0
    }

    mutating func add(_ lexeme: SQLLexer.Lexeme) {
        if range == nil { line = lexeme.line }
        range = (range?.lowerBound ?? lexeme.range.lowerBound)..<lexeme.range.upperBound
        switch lexeme.token {
        case .openingParenthesis: parentheses += 1
        case .closingParenthesis: parentheses = max(0, parentheses - 1)
        case .word(let word) where parentheses == 0: add(word)
        case .word, .semicolon, .backslash, .other: break
        }
    }

    private mutating func add(_ word: String) {
        if words.count < 32 { words.append(word) }
        wordCount += 1
        isRoutine = isRoutine || wordCount <= 4 && Self.createsRoutine(words)
        guard isRoutine else { return }
        switch word {
        case "begin": blocks += 1
        case "case" where blocks > 0: blocks += 1
        case "end" where blocks > 0: blocks -= 1
        default: break
        }
    }

    private static func createsRoutine(_ words: [String]) -> Bool {
        [["create"], ["create", "or", "replace"]].contains { start in
            words.starts(with: start + ["function"]) || words.starts(with: start + ["procedure"])
        }
    }

    /// Nil where there is nothing but blanks and comments.
    func statement(of script: ServerText) -> SQLStatement? {
        range.map { SQLStatement(text: ServerText(bytes: script.bytes[$0]), line: line, words: words) }
    }
}
