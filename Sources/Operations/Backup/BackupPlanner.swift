import Archive
import JobModel
import Postgres

/// Turns the table of contents and the catalogue's facts into a plan. Pure.
enum BackupPlanner {
    /// What the catalogue says of a table whose data the dump names.
    struct TableFacts: Sendable {
        var sizeInBytes = 0
        var rowSecurityActive = false
        var readable = true
        var relkind = "r"
        var persistence = "p"
        /// Of a table that can be read by ranges of blocks; nil for all others.
        var blocks: Int?
    }

    struct Facts: Sendable {
        var tables: [UInt32: TableFacts] = [:]
        /// `extcondition` by table; an empty text means all rows.
        var extensionConditions: [UInt32: ServerText] = [:]
        /// The column order of partitioned roots, by the name that COPY statements give them; names are quoted.
        var rootColumns: [ServerText: [ServerText]] = [:]
        /// Tables of which a standby holds no rows: quoted, with their schemas.
        var unloggedOnStandby: Set<ServerText> = []
        var role = ""
    }

    /// With more large objects than this they are packed: each would cost a request to write, and one to read.
    static let mostUnpackedLargeObjects = 1_000

    /// Large objects per task, so that several workers share them.
    static func largeObjectsPerTask(isPacked: Bool) -> Int { isPacked ? 2_000 : 200 }

    /// Tables are split into ranges of about `rangeSizeInBytes`; nil splits none.
    static func plan(
        _ contents: TableOfContents, facts: Facts, rangeSizeInBytes: Int? = nil
    ) throws -> BackupPlan {
        let entries = contents.tableData
        try refuseHiddenRows(entries, facts: facts)
        let tables = try entries.map { entry in
            let task = try task(for: entry, facts: facts)
            return rangeSizeInBytes.map { split(task, facts.tables[task.oid], rangeSizeInBytes: $0) } ?? task
        }
        return BackupPlan(
            tables: tables.sorted { ($0.sizeInBytes, $1.dumpID) > ($1.sizeInBytes, $0.dumpID) },
            largeObjects: try largeObjects(contents),
            tablesWithoutData: tablesWithoutData(contents, facts: facts))
    }

    private static func refuseHiddenRows(_ entries: [TOCEntry], facts: Facts) throws(OperationError) {
        func names(where condition: (TableFacts) -> Bool) -> [String] {
            entries.filter { facts.tables[$0.oid].map(condition) ?? false }.map(\.displayName)
        }
        let unreadable = names { !$0.readable }
        if !unreadable.isEmpty { throw .missingPrivilege(tables: unreadable, role: facts.role) }
        let hidden = names(where: \.rowSecurityActive)
        if !hidden.isEmpty { throw .rowSecurity(tables: hidden, role: facts.role) }
    }

    private static func task(for entry: TOCEntry, facts: Facts) throws(ArchiveError) -> TableTask {
        let statement = try entry.copyStatement
        let table = facts.tables[entry.oid] ?? TableFacts()
        let condition = facts.extensionConditions[entry.oid]
        return TableTask(
            dumpID: entry.dumpID, oid: entry.oid, schema: entry.namespace ?? "", name: entry.tag,
            columns: statement.columns, sizeInBytes: table.sizeInBytes,
            condition: condition.flatMap { $0.bytes.isEmpty ? nil : $0 },
            root: root(of: entry, statement, facts: facts), fileName: "\(entry.dumpID).dat.gz",
            relkind: table.relkind, persistence: table.persistence)
    }

    private static func split(_ task: TableTask, _ facts: TableFacts?, rangeSizeInBytes: Int) -> TableTask {
        guard let blocks = facts?.blocks, task.condition == nil, !task.columns.isEmpty else { return task }
        var task = task
        task.ranges = BlockRange.covering(
            blocks: blocks, sizeInBytes: task.sizeInBytes, targetSizeInBytes: rangeSizeInBytes)
        return task
    }

    /// Rows that are loaded through a root are hashed in the root's column order, because they may come to lie in a
    /// leaf with another one.
    private static func root(
        of entry: TOCEntry, _ statement: CopyStatement, facts: Facts
    ) -> Manifest.PartitionRoot? {
        guard entry.loadsViaPartitionRoot else { return nil }
        let order = facts.rootColumns[statement.target]?.compactMap { statement.columns.firstIndex(of: $0) }
        let isOther = order.map { $0.count == statement.columns.count && $0 != Array($0.indices) } ?? false
        return Manifest.PartitionRoot(target: statement.target, fieldOrder: isOther ? order : nil)
    }

    private static func largeObjects(_ contents: TableOfContents) throws(ArchiveError) -> [LargeObjectTask] {
        var objects: [LargeObjectTask.LargeObject] = []
        for entry in contents.entries where entry.isBlobs {
            objects += try contents.largeObjectIDs(of: entry).map { .init(oid: $0, dumpID: entry.dumpID) }
        }
        let isPacked = objects.count > mostUnpackedLargeObjects
        return objects.batches(of: largeObjectsPerTask(isPacked: isPacked)).enumerated().map {
            LargeObjectTask(number: $0, objects: $1, isPacked: isPacked)
        }
    }

    /// Tables that stand in the dump without their rows: the manifest and the report must say so.
    private static func tablesWithoutData(_ contents: TableOfContents, facts: Facts) -> [Manifest.TableWithoutData] {
        let withData = Set(contents.tableData.map(\.oid))
        return contents.entries.compactMap { entry in
            let reason: Manifest.TableWithoutData.Reason
            if entry.desc == "FOREIGN TABLE" {
                reason = .foreign
            } else if entry.desc == "TABLE", facts.tables[entry.oid]?.relkind == "r", !withData.contains(entry.oid) {
                reason = facts.unloggedOnStandby.contains(entry.qualifiedName) ? .unloggedOnStandby : .excluded
            } else {
                return nil
            }
            return Manifest.TableWithoutData(schema: entry.namespace ?? "", name: entry.tag, reason: reason)
        }
    }
}

extension TOCEntry {
    /// For people: `schema.name`.
    var displayName: String { namespace.map { "\($0).\(tag)" } ?? tag.text }
}
