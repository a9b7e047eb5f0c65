import Archive
import JobModel

/// The entries that a selection names, with all that belongs to them, whatever the target holds. Pure.
struct ChosenEntries: Sendable {
    /// By dump id: tables with their partitions, rows, indexes, constraints, sequences, triggers, comments, privileges.
    let all: Set<Int>
    let belonging: EntryBelonging

    /// Throws ``RestoreError`` for a pattern that is none, that matches nothing, or that has no schema and names several
    /// things.
    init(_ selection: RestoreSelection, of contents: TableOfContents) throws(RestoreError) {
        belonging = EntryBelonging(contents)
        var named: Set<Int> = []
        for text in selection.schemas { named.formUnion(try Self.inSchemas(text, contents)) }
        for text in selection.tables { named.formUnion(try Self.relations(text, contents)) }
        all = belonging.closure(of: named)
    }

    private static func inSchemas(_ text: String, _ contents: TableOfContents) throws(RestoreError) -> [Int] {
        let pattern = try RelationPattern(text, isSchema: true)
        let schemas = Set(
            contents.entries.compactMap { $0.desc == "SCHEMA" ? $0.tag : $0.namespace }.filter { !$0.bytes.isEmpty })
        let matched = schemas.filter { pattern.matches(schema: "", name: $0) }
        guard !matched.isEmpty else {
            throw noMatch("schema", text, schemas.map { RelationPattern.text(schema: "", name: $0) })
        }
        return contents.entries.filter { entry in
            entry.desc == "SCHEMA" ? matched.contains(entry.tag) : entry.namespace.map(matched.contains) ?? false
        }.map(\.dumpID)
    }

    private static func relations(_ text: String, _ contents: TableOfContents) throws(RestoreError) -> [Int] {
        let pattern = try RelationPattern(text)
        let relations = contents.entries.filter(\.isRelation)
        let matched = relations.filter { pattern.matches(schema: $0.namespace ?? "", name: $0.tag) }
        let names = matched.map(\.patternText)
        guard !matched.isEmpty else {
            let known =
                pattern.hasSchema ? relations.map(\.patternText) : relations.flatMap { [$0.patternText, $0.tag.text] }
            throw noMatch("table, view or sequence", text, known)
        }
        guard pattern.hasSchema || !pattern.isExact || matched.count == 1 else {
            throw .ambiguous(text, candidates: names.sorted())
        }
        return matched.map(\.dumpID)
    }

    private static func noMatch(_ kind: String, _ text: String, _ known: [String]) -> RestoreError {
        .notInBackup(kind: kind, name: text, nearest: NearestName.nearest(to: text, among: known.sorted()))
    }
}
