import Archive
import JobModel
import Postgres

/// To which object each entry of a table of contents belongs: an index, a trigger and the rows to their table, the
/// comment of an index to the index. Pure.
struct EntryBelonging: Sendable {
    /// By dump id, in the order of the table of contents.
    private var entriesByObject: [Int: [Int]] = [:]
    private var objectByEntry: [Int: Int] = [:]
    /// The partitioned table of a partition.
    private(set) var parentByPartition: [Int: Int] = [:]

    init(_ contents: TableOfContents) {
        for entry in contents.entries {
            let needed = entry.dependencies.compactMap { contents.entry(dumpID: $0) }
            if entry.desc == "TABLE ATTACH", let (partition, parent) = Self.attached(entry, needed) {
                parentByPartition[partition.dumpID] = parent.dumpID
                entriesByObject[parent.dumpID, default: []].append(partition.dumpID)
            }
            guard let object = Self.object(of: entry, needed) else { continue }
            objectByEntry[entry.dumpID] = object.dumpID
            entriesByObject[object.dumpID, default: []].append(entry.dumpID)
        }
    }

    func object(of dumpID: Int) -> Int? { objectByEntry[dumpID] }

    /// These entries with all that belongs to them, and to that: partitions, owned sequences, indexes, comments.
    func closure(of dumpIDs: Set<Int>) -> Set<Int> {
        var all = dumpIDs
        var new = Array(dumpIDs)
        while let next = new.popLast() {
            for entry in entriesByObject[next] ?? [] where all.insert(entry).inserted { new.append(entry) }
        }
        return all
    }

    private static func attached(_ entry: TOCEntry, _ needed: [TOCEntry]) -> (partition: TOCEntry, parent: TOCEntry)? {
        guard let partition = needed.first(where: { $0.tag == entry.tag && $0.namespace == entry.namespace }),
            let parent = needed.first(where: { $0.isRelation && $0.dumpID != partition.dumpID })
        else { return nil }
        return (partition, parent)
    }

    private static func object(of entry: TOCEntry, _ needed: [TOCEntry]) -> TOCEntry? {
        let relations = needed.filter(\.isRelation)
        switch entry.desc.text {
        case "COMMENT", "ACL", "SECURITY LABEL": return needed.first { !$0.isRemark }
        case "TABLE DATA", "MATERIALIZED VIEW DATA", "SEQUENCE SET", "SEQUENCE OWNED BY":
            return relations.first { $0.tag == entry.tag && $0.namespace == entry.namespace }
        case "STATISTICS DATA":
            return needed.first { ($0.isRelation || $0.desc == "INDEX") && $0.tag == entry.tag } ?? relations.first
        case "INDEX", "STATISTICS": return relations.first { $0.namespace == entry.namespace } ?? relations.first
        case "SEQUENCE": return relations.first { $0.desc == "TABLE" || $0.desc == "FOREIGN TABLE" }
        case "PUBLICATION TABLE": return relations.first
        case "TABLE ATTACH": return attached(entry, needed)?.partition
        case "INDEX ATTACH": return needed.first { $0.isIndexOrConstraint && isNamed(entry.tag, $0) }
        case "CONSTRAINT", "CHECK CONSTRAINT", "DEFAULT", "TRIGGER", "RULE", "POLICY", "FK CONSTRAINT", "ROW SECURITY":
            return named(by: entry, needed.filter { $0.isRelation || $0.desc == "DOMAIN" })
        default: return nil
        }
    }

    private static func isNamed(_ index: ServerText, _ entry: TOCEntry) -> Bool {
        entry.desc == "INDEX" ? entry.tag == index : entry.tag.bytes.suffix(index.bytes.count + 1) == [32] + index.bytes
    }

    /// The tag begins with the table's name: `orders orders_pkey`. Of two tables that it may begin with, the statement
    /// says which.
    private static func named(by entry: TOCEntry, _ tables: [TOCEntry]) -> TOCEntry? {
        let candidates = tables.filter { table in
            table.namespace == entry.namespace
                && (table.tag == entry.tag || entry.tag.bytes.starts(with: table.tag.bytes + [32]))
        }.sorted { $0.tag.bytes.count > $1.tag.bytes.count }
        guard Set(candidates.map(\.dumpID)).count > 1 else { return candidates.first }
        return candidates.first { isAltered($0, by: entry.defn) } ?? candidates.first
    }

    private static func isAltered(_ table: TOCEntry, by statement: ServerText?) -> Bool {
        guard let statement, let schema = table.namespace else { return false }
        for only in ["ALTER TABLE ONLY ", "ALTER TABLE "] as [ServerText] {
            for schema in [schema, schema.quotedAsIdentifier] {
                for name in [table.tag, table.tag.quotedAsIdentifier] {
                    let beginning: ServerText = only + schema + "." + name + "\n"
                    if statement.bytes.starts(with: beginning.bytes) { return true }
                }
            }
        }
        return false
    }
}
