import Foundation
package import JobModel

/// What stands in a plain SQL dump, in its order.
package enum ScriptEvent: Hashable, Sendable {
    case statement(ScriptStatement)
    /// `COPY … FROM stdin`; its rows follow.
    case copyBegins(ScriptStatement)
    /// Bytes of rows as they stand there, cut anywhere.
    case rows([UInt8])
    /// The line `\.`, after so many rows.
    case copyEnds(rows: Int)
    /// A command of psql that pg_dump writes: `\connect`, `\encoding`, `\restrict`, `\unrestrict`.
    case command(ServerText, line: Int)
    case remark(ScriptRemark)
}

/// What comments of pg_dump say. Source: `_printTocEntry` and `RestoreArchive` in PostgreSQL's `pg_backup_archiver.c`,
/// `main` in `pg_dumpall.c`.
package enum ScriptRemark: Hashable, Sendable {
    /// The first comment of pg_dump.
    case dumpBegins
    case dumpEnds
    /// The first comment of pg_dumpall.
    case clusterBegins
    case clusterEnds
    /// The version of the server that was dumped, and of the program that dumped it.
    case serverVersion(String)
    case programVersion(String)
    /// What the next statements make.
    case entry(ScriptEntry)

    /// Nil where the comment is not one of these. `comment` is what follows the two dashes.
    init?(_ comment: ServerText) {
        let text = comment.text.drop { $0 == " " }
        switch text {
        case "PostgreSQL database dump": self = .dumpBegins
        case "PostgreSQL database dump complete": self = .dumpEnds
        case "PostgreSQL database cluster dump": self = .clusterBegins
        case "PostgreSQL database cluster dump complete": self = .clusterEnds
        default:
            if let version = Self.text(after: "Dumped from database version ", in: text) {
                self = .serverVersion(version)
            } else if let version = Self.text(after: "Dumped by pg_dump version ", in: text) {
                self = .programVersion(version)
            } else if let entry = ScriptEntry(text) {
                self = .entry(entry)
            } else {
                return nil
            }
        }
    }

    private static func text(after prefix: String, in text: Substring) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
}

/// The comment before an entry: `Name: orders; Type: TABLE; Schema: public; Owner: shop`.
package struct ScriptEntry: Hashable, Sendable {
    package let tag: String
    package let kind: String
    /// Empty where the entry is in none.
    package let schema: String
    /// Empty where the dump names none.
    package let owner: String

    package init(tag: String, kind: String, schema: String, owner: String) {
        self.tag = tag
        self.kind = kind
        self.schema = schema
        self.owner = owner
    }

    /// Read from the end: a name may hold anything but line breaks, which pg_dump has replaced.
    init?(_ comment: Substring) {
        guard let colon = comment.range(of: "Name: "),
            ["", "Data for ", "Statistics for "].contains(String(comment[..<colon.lowerBound])),
            let owner = comment.range(of: "; Owner: ", options: .backwards),
            let schema = comment[..<owner.lowerBound].range(of: "; Schema: ", options: .backwards),
            let kind = comment[..<schema.lowerBound].range(of: "; Type: ", options: .backwards),
            colon.upperBound <= kind.lowerBound
        else { return nil }
        let rest = comment[owner.upperBound...]
        let end = rest.range(of: "; Tablespace: ", options: .backwards)?.lowerBound ?? rest.endIndex
        func named(_ text: Substring) -> String { text == "-" ? "" : String(text) }
        self.init(
            tag: String(comment[colon.upperBound..<kind.lowerBound]),
            kind: String(comment[kind.upperBound..<schema.lowerBound]),
            schema: named(comment[schema.upperBound..<owner.lowerBound]), owner: named(rest[..<end]))
    }
}
