import Archive
import JobModel
import Postgres

/// Turns the table of contents and the catalogue's facts into a plan. Pure.
enum BackupPlanner {
    /// What the catalogue says of a table whose data the dump names.
    struct TableFacts: Sendable {
        let oid: UInt32
        let sizeInBytes: Int64
        let rowSecurityActive: Bool
        let readable: Bool
    }

    struct Facts: Sendable {
        var tables: [UInt32: TableFacts] = [:]
        /// `extcondition` by table; an empty text means all rows.
        var extensionConditions: [UInt32: ServerText] = [:]
        /// The column order of partitioned roots, by the name that COPY statements give them; names are quoted.
        var rootColumns: [ServerText: [ServerText]] = [:]
        /// All large objects, for archives whose table of contents does not list them (before 1.16).
        var largeObjects: [UInt32] = []
        /// Foreign tables, and unlogged ones of a standby: in the dump without rows.
        var tablesWithoutData: [BackupPlan.TableWithoutData] = []
        var role = ""
    }

    /// Large objects per task, so that several workers share them.
    static let largeObjectsPerTask = 200

    static func plan(
        _ contents: TableOfContents, facts: Facts
    ) throws(OperationError) -> BackupPlan {
        let entries = contents.entries.filter(\.isTableData)
        try refuseHiddenRows(entries, facts: facts)
        let tables = entries.map { entry in
            TableTask(
                dumpID: entry.dumpID, oid: entry.oid, schema: entry.namespace ?? "", name: entry.tag,
                columns: entry.copyColumns, sizeInBytes: facts.tables[entry.oid]?.sizeInBytes ?? 0,
                condition: facts.extensionConditions[entry.oid].flatMap { $0.bytes.isEmpty ? nil : $0 },
                root: root(of: entry, facts: facts), fileName: "\(entry.dumpID).dat.gz")
        }
        return BackupPlan(
            tables: tables.sorted { ($0.sizeInBytes, $1.dumpID) > ($1.sizeInBytes, $0.dumpID) },
            largeObjects: largeObjects(contents, facts: facts), tablesWithoutData: facts.tablesWithoutData)
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

    private static func root(of entry: TOCEntry, facts: Facts) -> TableTask.PartitionRoot? {
        guard entry.loadsViaPartitionRoot, let target = entry.copyTarget else { return nil }
        let own = Set(entry.copyColumns)
        let columns = facts.rootColumns[target]?.filter(own.contains) ?? entry.copyColumns
        return TableTask.PartitionRoot(target: target, columns: columns)
    }

    private static func largeObjects(_ contents: TableOfContents, facts: Facts) -> [LargeObjectTask] {
        contents.entries.filter(\.isBlobs).flatMap { entry in
            let oids = contents.largeObjectIDs(of: entry) ?? facts.largeObjects
            return stride(from: 0, to: oids.count, by: largeObjectsPerTask).map { start in
                LargeObjectTask(
                    dumpID: entry.dumpID, oids: Array(oids[start..<min(start + largeObjectsPerTask, oids.count)]))
            }
        }
    }
}

extension TOCEntry {
    /// For people: `schema.name`.
    var displayName: String { namespace.map { "\($0).\(tag)" } ?? tag.text }
}
