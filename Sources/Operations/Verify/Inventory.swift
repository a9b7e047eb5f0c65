import Archive
import JobModel

/// Compares what the restored database holds with the backup's table of contents. Pure.
struct Inventory {
    /// What names an entry, apart from its number.
    struct Item: Hashable, Sendable, Comparable, CustomStringConvertible {
        let kind: String
        let schema: String
        let tag: String
        let owner: String

        var description: String {
            "\(kind) \(schema.isEmpty ? "" : schema + ".")\(tag)\(owner.isEmpty ? "" : " (\(owner))")"
        }

        static func < (left: Item, right: Item) -> Bool {
            (left.kind, left.schema, left.tag, left.owner) < (right.kind, right.schema, right.tag, right.owner)
        }
    }

    /// Entries that describe the database itself or the dump, which a restore into another database never takes over.
    private static let databaseKinds: Set<String> = [
        "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES",
    ]

    let backup: TableOfContents
    let restored: TableOfContents
    /// Set where the server that the backup was restored into is of another major version.
    let otherMajor: Bool
    /// Set where the backup was taken from a standby, which has no rows and values of unlogged tables.
    var fromStandby = false
    /// What was left out on purpose, and is not in ``backup``; sentences.
    var leftOut: [String] = []

    static func items(of contents: TableOfContents) -> [Item: Int] {
        var counts: [Item: Int] = [:]
        for entry in contents.entries where belongs(entry) {
            // The order of an inheritance child's columns may differ; which columns there are may not.
            let columns = columns(of: entry)
            let item = Item(
                kind: entry.desc.text, schema: entry.namespace?.text ?? "", tag: entry.tag.text + columns,
                owner: entry.owner?.text ?? "")
            counts[item, default: 0] += 1
        }
        return counts
    }

    private static func columns(of entry: TOCEntry) -> String {
        guard entry.isTableData, let columns = try? entry.copyColumns else { return "" }
        return " (\(columns.sorted().map(\.text).joined(separator: ", ")))"
    }

    private static func belongs(_ entry: TOCEntry) -> Bool {
        if databaseKinds.contains(entry.desc.text) { return false }
        // What is said of the database itself, or of a subscription, which is never restored.
        if ["COMMENT", "ACL", "SECURITY LABEL"].contains(entry.desc.text) {
            return !entry.tag.text.hasPrefix("DATABASE ") && !entry.tag.text.hasPrefix("SUBSCRIPTION ")
        }
        return !entry.desc.text.hasPrefix("SUBSCRIPTION")
    }

    /// Subscriptions are left out of a scratch restore on purpose; the report names them.
    private var subscriptions: [String] {
        backup.entries.filter { $0.desc.text == "SUBSCRIPTION" }.map {
            "not restored, on purpose: SUBSCRIPTION \($0.tag)"
        }
    }

    func check() -> VerificationCheck {
        let wanted = Self.items(of: backup)
        let found = Self.items(of: restored)
        let missing = Self.difference(wanted, found)
        let extra = Self.difference(found, wanted)
        let unlogged = extra.filter { fromStandby && ["TABLE DATA", "SEQUENCE SET"].contains($0.kind) }
        let expected = leftOut + subscriptions + unlogged.map { "unlogged, so not on the standby: \($0)" }
        let differences =
            missing.map { "missing: \($0)" }
            + extra.filter { !unlogged.contains($0) }.map { "not in the backup: \($0)" }
        let (expectedCount, foundCount) = (wanted.values.reduce(0, +), found.values.reduce(0, +))
        guard !differences.isEmpty else {
            return .passed(
                .inventory, expected: "\(expectedCount) entries", found: "\(foundCount) entries",
                details: expected)
        }
        let lost = missing.filter { !Self.kindsThatDifferBetweenMajors.contains($0.kind) }.map { "missing: \($0)" }
        let faults = otherMajor ? lost : differences
        guard faults.isEmpty else {
            return .failed(
                .inventory, expected: "\(expectedCount) entries", found: "\(foundCount) entries", details: faults)
        }
        return .passed(
            .inventory, expected: "\(expectedCount) entries", found: "\(foundCount) entries",
            details: expected + differences.map { "expected between majors: \($0)" })
    }

    /// Majors differ in how they group large objects and statistics, and in what they grant and comment by themselves;
    /// all else that holds or guards data is there in every one of them.
    private static let kindsThatDifferBetweenMajors: Set<String> = [
        "ACL", "BLOB", "BLOB COMMENTS", "BLOB METADATA", "BLOBS", "COMMENT", "DEFAULT ACL", "STATISTICS DATA",
    ]

    private static func difference(_ one: [Item: Int], _ other: [Item: Int]) -> [Item] {
        one.filter { $0.value > other[$0.key, default: 0] }.keys.sorted()
    }
}
