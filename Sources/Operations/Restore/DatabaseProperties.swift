import Archive
import JobModel
import Postgres

/// What a backup says of the database as a whole: its settings, those of roles in it, privileges, comments. Pure.
///
/// Stock pg_restore sets these only with `--create`, into a database of the source's name.
enum DatabaseProperties {
    /// The statements for a database of another name, in the order of the table of contents. The role that made the
    /// source's cluster has another name elsewhere: what it owns belongs to whoever restores.
    static func statements(
        _ contents: TableOfContents, forDatabase name: String, bootstrapRole: ServerText? = nil
    ) throws(SQLScriptError) -> [ServerText] {
        var statements: [ServerText] = []
        for entry in contents.entries {
            if entry.desc == "DATABASE", let owner = entry.owner, !owner.bytes.isEmpty, owner != bootstrapRole {
                statements.append(
                    "ALTER DATABASE \(ServerText(name).quotedAsIdentifier) OWNER TO \(owner.quotedAsIdentifier)")
            }
            guard belongsToDatabase(entry), let definition = entry.defn else { continue }
            statements += try SQLScript(definition).statements.map(\.text).filter { !isOfCluster($0) }
                .map { (text) throws(SQLScriptError) in try renamed(text, to: ServerText(name).quotedAsIdentifier) }
        }
        return statements
    }

    private static func belongsToDatabase(_ entry: TOCEntry) -> Bool {
        switch entry.desc.text {
        case "DATABASE PROPERTIES": true
        case "ACL", "COMMENT", "SECURITY LABEL":
            entry.tag.text.hasPrefix("DATABASE ") && entry.namespace?.text ?? "" == ""
        default: false
        }
    }

    /// Statements of binary upgrades touch the catalogue itself, and a template is nobody's wish for a restored copy.
    private static func isOfCluster(_ statement: ServerText) -> Bool {
        statement.text.hasPrefix("UPDATE ") || statement.text.contains("IS_TEMPLATE")
    }

    private static let wordsBeforeDatabase: [SQLLexer.Token] = [.word("alter"), .word("on"), .word("in")]

    /// The name stands after ALTER, ON or IN DATABASE; a role may be called so as well.
    private static func renamed(_ statement: ServerText, to name: ServerText) throws(SQLScriptError) -> ServerText {
        var lexer = SQLLexer(statement.bytes)
        var isNext = false
        var before = SQLLexer.Token.other
        var old: Range<Int>?
        while let lexeme = try lexer.next() {
            if let begun = old {
                // A doubled quote reads as the end of one name and the beginning of another.
                guard lexeme.range.lowerBound == begun.upperBound,
                    statement.bytes[begun.lowerBound] == UInt8(ascii: "\""),
                    statement.bytes[lexeme.range.lowerBound] == UInt8(ascii: "\"")
                else { break }
                old = begun.lowerBound..<lexeme.range.upperBound
            } else if isNext {
                old = lexeme.range
            } else {
                isNext = lexeme.token == .word("database") && Self.wordsBeforeDatabase.contains(before)
            }
            before = lexeme.token
        }
        guard let old else { return statement }
        return ServerText(bytes: statement.bytes[..<old.lowerBound]) + name
            + ServerText(bytes: statement.bytes[old.upperBound...])
    }
}
