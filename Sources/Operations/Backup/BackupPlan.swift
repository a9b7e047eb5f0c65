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
    /// The parts in which it is copied, by several workers; one for most tables.
    var ranges = [BlockRange.wholeTable]

    var displayName: String { "\(schema).\(name)" }

    var copyStatement: ServerText {
        CopyOutStatement.text(schema: schema, name: name, columns: columns, condition: condition)
    }

    func copyStatement(of range: BlockRange) -> ServerText {
        CopyOutStatement.text(schema: schema, name: name, columns: columns, range: range)
    }
}

/// Some large objects, in the order of the table of contents.
struct LargeObjectTask: Sendable, Hashable {
    struct LargeObject: Sendable, Hashable {
        let oid: UInt32
        /// Of its BLOBS entry.
        let dumpID: Int
    }

    /// Its place among the tasks of large objects.
    let number: Int
    let objects: [LargeObject]
    /// Whether they go into packs, or each into an object of its own.
    let isPacked: Bool
}

/// One thing for a worker to do.
enum DumpTask: Sendable, Hashable {
    case table(TableTask)
    case range(TableTask, BlockRange)
    case largeObjects(LargeObjectTask)
}

/// What a backup will copy, largest first.
struct BackupPlan: Sendable {
    var tables: [TableTask]
    var largeObjects: [LargeObjectTask]
    /// Tables that are in the dump without their rows, and why.
    var tablesWithoutData: [Manifest.TableWithoutData]

    /// The ranges of a table stand together, so that few tables are under way at the same time.
    var tasks: [DumpTask] { tables.flatMap(Self.tasks) + largeObjects.map(DumpTask.largeObjects) }
    var itemCount: Int { tables.count + largeObjects.count }
    var expectedBytes: Int { tables.reduce(0) { $0 + $1.sizeInBytes } }

    private static func tasks(for table: TableTask) -> [DumpTask] {
        table.ranges.count > 1 ? table.ranges.map { .range(table, $0) } : [.table(table)]
    }
}
