import Archive
import JobModel

/// Follows the dependencies of chosen entries through the table of contents.
struct SelectionResolver {
    private let chosen: ChosenEntries
    private let contents: TableOfContents
    private let target: TargetObjects
    private var made: Set<Int>
    private var result = ResolvedSelection()
    private var alreadyThere: Set<Int> = []
    /// By the entry that cannot be made: what it lacks.
    private var lacking: [Int: [TOCEntry]] = [:]

    init(_ chosen: ChosenEntries, of contents: TableOfContents, into target: TargetObjects) {
        self.chosen = chosen
        self.contents = contents
        self.target = target
        made = chosen.all
    }

    mutating func resolve() throws(RestoreError) -> ResolvedSelection {
        leaveOutSchemasThatAreThere()
        try refuseWhatIsThere(made)
        let asked = made
        follow(asked)
        try judgeWhatLacks()
        try refuseWhatIsThere(made.subtracting(asked))
        result.entries = made
        result.alongside = inOrder(made.subtracting(asked)).filter { ObjectName($0) != nil }
        result.alreadyThere = inOrder(alreadyThere)
        result.ties = inOrder(made).filter(isTie)
        result.lostForeignKeys = contents.entries.filter(isLost)
        return result
    }

    private func inOrder(_ dumpIDs: Set<Int>) -> [TOCEntry] { contents.entries.filter { dumpIDs.contains($0.dumpID) } }

    // MARK: - What is there

    /// A schema is a place: others may live there.
    private mutating func leaveOutSchemasThatAreThere() {
        for entry in inOrder(made) where entry.desc == "SCHEMA" && isThere(entry) {
            made.subtract(chosen.belonging.closure(of: [entry.dumpID]))
            alreadyThere.insert(entry.dumpID)
        }
    }

    private func isThere(_ entry: TOCEntry) -> Bool { ObjectName(entry).map(target.contains) ?? false }

    private func refuseWhatIsThere(_ dumpIDs: Set<Int>) throws(RestoreError) {
        let clashes = inOrder(dumpIDs).compactMap { entry -> String? in
            let table = chosen.belonging.object(of: entry.dumpID).flatMap { contents.entry(dumpID: $0) }
            guard let name = ObjectName(indexOf: entry, table: table) ?? ObjectName(entry), target.contains(name) else {
                return nil
            }
            return "\(name) (\(target.description(of: name)))"
        }
        guard clashes.isEmpty else { throw .selectionExists(clashes) }
    }

    // MARK: - What is needed

    private mutating func follow(_ dumpIDs: Set<Int>) {
        var waiting = Array(dumpIDs)
        while let next = waiting.popLast() {
            guard let entry = contents.entry(dumpID: next) else { continue }
            for needed in self.needed(by: entry) where !made.contains(needed.dumpID) {
                // Rows that go through a table of the target would go past what is restored.
                if isThere(needed), !entry.isTableData {
                    alreadyThere.insert(needed.dumpID)
                } else if needed.isOnlyMadeByName {
                    lacking[next, default: []].append(needed)
                } else {
                    let more = chosen.belonging.closure(of: [needed.dumpID]).subtracting(made)
                    made.formUnion(more)
                    waiting += more
                }
            }
        }
    }

    /// What must be there before this entry can be made. An index or constraint stands for its table: those of
    /// partitions depend on the parent's only so that they are made after it.
    private func needed(by entry: TOCEntry) -> [TOCEntry] {
        guard !entry.isData, !entry.isRemark else { return root(of: entry) }
        guard entry.desc != "INDEX ATTACH" else { return parent(ofIndexIn: entry) }
        let parent = chosen.belonging.parentByPartition[entry.dumpID]
        var seen: Set<Int> = [entry.dumpID]
        return entry.dependencies.compactMap { contents.entry(dumpID: $0) }.compactMap { dependency -> TOCEntry? in
            guard !dependency.isData, !dependency.isRemark, dependency.dumpID != parent else { return nil }
            guard dependency.isIndexOrConstraint else { return dependency }
            guard !entry.isIndexOrConstraint else { return nil }
            return chosen.belonging.object(of: dependency.dumpID).flatMap { contents.entry(dumpID: $0) }
        }.filter { seen.insert($0.dumpID).inserted }
    }

    /// pg_dump names the indexes of all levels above; only that of the next is attached to.
    private func parent(ofIndexIn entry: TOCEntry) -> [TOCEntry] {
        let belonging = chosen.belonging
        guard let index = belonging.object(of: entry.dumpID), let table = belonging.object(of: index),
            let parent = belonging.parentByPartition[table].flatMap({ contents.entry(dumpID: $0) })
        else { return [] }
        return [parent]
    }

    /// Rows that go through the root of a partition tree need it.
    private func root(of entry: TOCEntry) -> [TOCEntry] {
        guard entry.isTableData, entry.loadsViaPartitionRoot,
            var table = chosen.belonging.object(of: entry.dumpID)
        else { return [] }
        while let parent = chosen.belonging.parentByPartition[table] { table = parent }
        return contents.entry(dumpID: table).map { [$0] } ?? []
    }

    /// What can be done without is left out; all else that lacks something ends the restore before it begins.
    private mutating func judgeWhatLacks() throws(RestoreError) {
        var faults: [String] = []
        var hinted: Set<String> = []
        var going: (partitions: [String], tables: Set<String>) = ([], [])
        for entry in contents.entries {
            guard let things = lacking[entry.dumpID] else { continue }
            let names = things.map(\.kindAndName).joined(separator: ", ")
            if entry.isSeparable {
                made.subtract(chosen.belonging.closure(of: [entry.dumpID]))
                // Goes with the table's own ATTACH, which is told.
                guard entry.desc != "INDEX ATTACH" else { continue }
                result.leftOut.append(.init(entry: entry, reason: "\(names) is not there"))
            } else if entry.isTableData, things.allSatisfy(isThere) {
                going.partitions.append(RelationPattern.text(schema: entry.namespace ?? "", name: entry.tag))
                going.tables.formUnion(things.map(\.patternText))
            } else {
                faults.append("\(entry.kindAndName) needs \(names)")
                hinted.formUnion(things.filter(\.isRelation).map(\.patternText))
            }
        }
        guard going.partitions.isEmpty else {
            throw .rowsThroughTable(partitions: going.partitions, tables: going.tables.sorted())
        }
        guard faults.isEmpty else { throw .selectionNeeds(faults, tables: hinted.sorted()) }
    }

    // MARK: - Over the border

    private func isTie(_ entry: TOCEntry) -> Bool {
        ["FK CONSTRAINT", "TABLE ATTACH", "INDEX ATTACH"].contains(entry.desc)
            && needed(by: entry).contains { !made.contains($0.dumpID) }
    }

    private func isLost(_ entry: TOCEntry) -> Bool {
        guard entry.desc == "FK CONSTRAINT", !made.contains(entry.dumpID), !isThere(entry),
            let table = chosen.belonging.object(of: entry.dumpID).flatMap({ contents.entry(dumpID: $0) }),
            !made.contains(table.dumpID), isThere(table)
        else { return false }
        return needed(by: entry).contains { made.contains($0.dumpID) }
    }
}
