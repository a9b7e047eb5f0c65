import Archive
import Foundation
import JobModel

/// Compares the entries that a foreign dump announces with what the restored database holds. Pure.
///
/// What is there beyond that says nothing: a dump may hold a part of its database.
struct ForeignInventory {
    let announced: [ScriptEntry]
    let restored: TableOfContents
    let isOtherMajor: Bool

    /// What describes the database or the dump itself; large objects are counted elsewhere, because majors group them
    /// differently; subscriptions are left out on purpose.
    private static let leftOut: Set<String> = [
        "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES", "BLOB", "BLOBS", "BLOB METADATA",
        "BLOB COMMENTS", "SUBSCRIPTION", "SUBSCRIPTION TABLE",
    ]
    /// What a newer major does by itself, or groups otherwise.
    private static let differsBetweenMajors: Set<String> = [
        "ACL", "COMMENT", "DEFAULT ACL", "STATISTICS DATA", "PROCEDURAL LANGUAGE",
    ]

    private static func belongs(_ entry: ScriptEntry) -> Bool {
        guard !leftOut.contains(entry.kind) else { return false }
        let ofDatabase = ["DATABASE ", "SUBSCRIPTION ", "LARGE OBJECT"].contains { entry.tag.hasPrefix($0) }
        let isRemark = ["ACL", "COMMENT", "SECURITY LABEL"].contains(entry.kind)
        // Every database has these from the beginning.
        let isGiven =
            entry.kind == "SCHEMA" && entry.tag == "public"
            || isRemark && (entry.tag == "SCHEMA public" || entry.tag == "EXTENSION plpgsql")
            || entry.kind == "EXTENSION" && entry.tag == "plpgsql"
        return !(isRemark && ofDatabase) && !isGiven
    }

    func missing() -> [String] {
        let there = Set(
            restored.entries.flatMap { entry in
                let full = ScriptEntry(entry).unquoted
                return [full, full.withoutOwner]
            })
        return announced.map(\.unquoted).filter { entry in
            Self.belongs(entry) && !there.contains(entry)
                && !(isOtherMajor && Self.differsBetweenMajors.contains(entry.kind))
        }.map { "missing: \($0.kind) \($0.schema.isEmpty ? "" : $0.schema + ".")\($0.tag)" }
    }

    var count: Int { announced.count { Self.belongs($0.unquoted) } }
}

extension ScriptEntry {
    /// As pg_dump writes it into a comment: line breaks are blanks there.
    fileprivate init(_ entry: TOCEntry) {
        func line(_ text: ServerText?) -> String {
            (text?.text ?? "").replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "\r", with: " ")
        }
        self.init(
            tag: line(entry.tag), kind: line(entry.desc), schema: line(entry.namespace), owner: line(entry.owner))
    }

    /// A dump made with `--quote-all-identifiers` has quotes in tags such as `TABLE "orders"`.
    fileprivate var unquoted: ScriptEntry {
        ScriptEntry(tag: tag.filter { $0 != "\"" }, kind: kind, schema: schema, owner: owner)
    }

    fileprivate var withoutOwner: ScriptEntry { ScriptEntry(tag: tag, kind: kind, schema: schema, owner: "") }
}
