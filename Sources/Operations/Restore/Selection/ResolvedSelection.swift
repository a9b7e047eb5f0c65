import Archive
import JobModel

/// What a restore of a part would make in a database, and what not. Pure.
struct ResolvedSelection: Sendable {
    /// Something of the selection that is not made, because what it refers to is not there.
    struct LeftOut: Sendable, Equatable {
        let entry: TOCEntry
        let reason: String
        var statement: String { entry.statementOnOneLine }
    }

    /// All that pg_restore or our sessions make, by dump id.
    var entries: Set<Int> = []
    /// Made although nobody named them, because what was named needs them: types, functions, schemas.
    var alongside: [TOCEntry] = []
    /// Needed, and there already: left as they are.
    var alreadyThere: [TOCEntry] = []
    var leftOut: [LeftOut] = []
    /// What ties the part to tables that the database has had before: foreign keys to them, and attachments to a
    /// partitioned table of theirs. Their rows may not fit, which must not cost the rest.
    var ties: [TOCEntry] = []
    /// Foreign keys that other tables of the database had to what is restored: gone with the table, and not made.
    var lostForeignKeys: [TOCEntry] = []

    /// Throws ``RestoreError/selectionExists`` where something that would be made is there, and
    /// ``RestoreError/rowsThroughTable`` or ``RestoreError/selectionNeeds`` where something that is needed is not, and is not made unasked.
    init(_ chosen: ChosenEntries, of contents: TableOfContents, into target: TargetObjects) throws(RestoreError) {
        var resolver = SelectionResolver(chosen, of: contents, into: target)
        self = try resolver.resolve()
    }

    init() {}
}
