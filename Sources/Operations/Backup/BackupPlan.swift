import Archive
import JobModel
import Postgres

/// One table's data: where it comes from, and where it goes.
struct TableTask: Sendable, Hashable {
    let dumpID: Int
    let oid: UInt32
    let schema: ServerText
    let name: ServerText
    /// Quoted, in the order of the dump's COPY statement; empty for a table without columns.
    let columns: [ServerText]
    /// By `pg_table_size`, TOAST included: what the work is ordered by.
    let sizeInBytes: Int64
    /// The `WHERE …` of an extension's configuration table.
    let condition: ServerText?
    /// Set where the rows are routed through a partitioned root when they are loaded.
    let root: PartitionRoot?
    /// `7.dat.gz`
    let fileName: String

    struct PartitionRoot: Sendable, Hashable {
        /// As the dump's COPY statement names it: quoted, with its schema.
        let target: ServerText
        /// The root's own column order among ``TableTask/columns``.
        let columns: [ServerText]
    }

    var displayName: String { "\(schema).\(name)" }

    /// The statement that reads the rows. The source is the entry's own table even where the rows are loaded through
    /// a root, which COPY cannot read from.
    var copyStatement: ServerText {
        let table = SQLIdentifier.qualified(schema, name)
        if let condition {
            let list: ServerText = columns.isEmpty ? "" : columns.joined(separator: ", ")
            return "COPY (SELECT \(list) FROM \(table) \(condition)) TO STDOUT"
        }
        return columns.isEmpty
            ? "COPY \(table) TO STDOUT" : "COPY \(table) (\(columns.joined(separator: ", "))) TO STDOUT"
    }

    /// For each column of the root's order, its place in ``columns``; nil where the orders are equal.
    var digestFieldOrder: [Int]? {
        guard let root, root.columns != columns else { return nil }
        return root.columns.compactMap { columns.firstIndex(of: $0) }
    }
}

/// Some large objects of one BLOBS entry.
struct LargeObjectTask: Sendable, Hashable {
    let dumpID: Int
    let oids: [UInt32]
}

/// One thing for a worker to do.
enum DumpTask: Sendable, Hashable {
    case table(TableTask)
    case largeObjects(LargeObjectTask)
}

/// What a backup will copy, largest first.
struct BackupPlan: Sendable {
    var tables: [TableTask]
    var largeObjects: [LargeObjectTask]
    /// Tables that are in the dump without their rows, and why.
    var tablesWithoutData: [TableWithoutData]

    struct TableWithoutData: Sendable, Hashable {
        let table: ServerText
        let reason: String
    }

    var tasks: [DumpTask] { tables.map(DumpTask.table) + largeObjects.map(DumpTask.largeObjects) }
    var expectedBytes: Int64 { tables.reduce(0) { $0 + $1.sizeInBytes } }
}
