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
    let sizeInBytes: Int
    /// The `WHERE …` of an extension's configuration table.
    let condition: ServerText?
    /// Set where the rows are routed through a partitioned root when they are loaded.
    let root: Manifest.PartitionRoot?
    /// `7.dat.gz`
    let fileName: String

    /// `pg_class.relkind` and `pg_class.relpersistence`.
    let relkind: String
    let persistence: String

    var displayName: String { "\(schema).\(name)" }

    var copyStatement: ServerText {
        CopyOutStatement.text(schema: schema, name: name, columns: columns, condition: condition)
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
    var tablesWithoutData: [Manifest.TableWithoutData]

    var tasks: [DumpTask] { tables.map(DumpTask.table) + largeObjects.map(DumpTask.largeObjects) }
    var expectedBytes: Int { tables.reduce(0) { $0 + $1.sizeInBytes } }
}
