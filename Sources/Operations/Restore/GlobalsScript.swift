import JobModel
import Postgres

/// A script of `pg_dumpall --globals-only`, taken apart: which statement makes what. Pure.
struct GlobalsScript: Sendable, Equatable {
    enum Subject: Sendable, Equatable {
        /// Makes a role, or gives it attributes, settings, a comment.
        case role(ServerText)
        case membership(role: ServerText, member: ServerText)
        /// A privilege on a parameter.
        case parameter(role: ServerText)
        case tablespace(ServerText)
        /// A setting of the session that reads the script.
        case session
    }

    struct Statement: Sendable, Equatable {
        let subject: Subject
        let sql: ServerText
    }

    let statements: [Statement]

    /// The roles that it makes, in its order.
    var roles: [ServerText] {
        var seen: Set<ServerText> = []
        return statements.compactMap { statement in
            guard case .role(let name) = statement.subject, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// Throws where the text is not what pg_dumpall writes.
    init(_ text: ServerText) throws(SQLScriptError) {
        var lexer = SQLLexer(text.bytes)
        var statements: [Statement] = []
        var words: [Word] = []
        var commandLine: Int?
        while let lexeme = try lexer.next() {
            // A command of psql, for instance \restrict, is a line of its own.
            if lexeme.line == commandLine { continue }
            commandLine = nil
            switch lexeme.token {
            case .backslash where words.isEmpty: commandLine = lexeme.line
            case .semicolon:
                if let statement = Statement(words, of: text) { statements.append(statement) }
                words = []
            default: Self.add(Word(lexeme, of: text), to: &words)
            }
        }
        self.statements = statements
    }

    /// What is to be run where the roles of `there` exist and stay as they are: for each role that is not there all
    /// that makes it, and memberships of which at least one side is new. Tablespaces are left out: their directories
    /// are made by people.
    func statements(forServerWith there: Set<ServerText>) -> [Statement] {
        statements.filter { statement in
            switch statement.subject {
            case .role(let name), .parameter(let name): !there.contains(name)
            case .membership(let role, let member): !there.contains(role) || !there.contains(member)
            case .tablespace, .session: false
            }
        }
    }

    /// A doubled quote inside of quotes reads as the end of one name or literal and the beginning of another.
    private static func add(_ word: Word, to words: inout [Word]) {
        if let last = words.last, last.continues(in: word) {
            words[words.count - 1] = last.joined(with: word)
        } else {
            words.append(word)
        }
    }

    /// A word of a statement, or a name, literal or sign.
    fileprivate struct Word {
        /// In lower case; nil for what is quoted.
        let keyword: String?
        let text: ServerText
        let range: Range<Int>

        private static let quotes: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "'")]

        init(_ lexeme: SQLLexer.Lexeme, of script: ServerText) {
            if case .word(let word) = lexeme.token { keyword = word } else { keyword = nil }
            text = ServerText(bytes: script.bytes[lexeme.range])
            range = lexeme.range
        }

        private init(text: ServerText, range: Range<Int>) {
            keyword = nil
            self.text = text
            self.range = range
        }

        func continues(in next: Word) -> Bool {
            guard range.upperBound == next.range.lowerBound, let quote = text.bytes.last else { return false }
            return Self.quotes.contains(quote) && text.bytes.first == quote && next.text.bytes.first == quote
        }

        func joined(with next: Word) -> Word {
            Word(text: text + next.text, range: range.lowerBound..<next.range.upperBound)
        }

        /// A name without its quotes.
        var name: ServerText {
            let quote = UInt8(ascii: "\"")
            guard text.bytes.count >= 2, text.bytes.first == quote else { return text }
            var name: [UInt8] = []
            var isSecond = false
            for byte in text.bytes.dropFirst().dropLast() {
                isSecond = byte == quote && !isSecond
                if !isSecond { name.append(byte) }
            }
            return ServerText(bytes: name)
        }
    }
}

extension GlobalsScript.Statement {
    fileprivate init?(_ words: [GlobalsScript.Word], of script: ServerText) {
        guard let first = words.first, let last = words.last, let subject = Self.subject(words) else { return nil }
        var end = last.range.upperBound
        // Who granted a membership there need not exist here.
        if case .membership = subject, let granted = words.firstIndex(where: { $0.keyword == "granted" }), granted > 0 {
            end = words[granted - 1].range.upperBound
        }
        self.init(subject: subject, sql: ServerText(bytes: script.bytes[first.range.lowerBound..<end]))
    }

    /// Nil where the words are none that pg_dumpall writes for roles and tablespaces.
    private static func subject(_ words: [GlobalsScript.Word]) -> GlobalsScript.Subject? {
        func name(after keyword: String) -> ServerText? {
            guard let place = words.firstIndex(where: { $0.keyword == keyword }), place + 1 < words.count else {
                return nil
            }
            return words[place + 1].name
        }
        let kinds = words.compactMap(\.keyword)
        switch kinds.first {
        case "set"?, "select"?: return .session
        case "grant"?, "revoke"?:
            guard kinds.contains("on") else {
                guard words.count > 1, let member = name(after: "to") else { return nil }
                return .membership(role: words[1].name, member: member)
            }
            if kinds.contains("parameter") { return name(after: "to").map { .parameter(role: $0) } }
            return name(after: "tablespace").map { .tablespace($0) }
        default:
            if kinds.dropFirst().contains("role"), let role = name(after: "role") { return .role(role) }
            return name(after: "tablespace").map { .tablespace($0) }
        }
    }
}
