import Archive
import JobModel
import ObjectStorage
import Postgres

/// What a backup would do, for `--dry-run`.
package struct BackupPreview: Sendable, Encodable {
    package struct Table: Sendable, Encodable {
        package let name: String
        package let sizeInBytes: Int
        /// What is special about it, for instance an extension's condition.
        package let note: String?
    }

    package let database: String
    package let serverVersion: String
    package let clientVersion: String
    package let destination: String
    package let workers: Int
    /// In the order in which they would be copied.
    package let tables: [Table]
    package let largeObjects: Int
    /// Names, each with the reason.
    package let tablesWithoutData: [String]
    package let warnings: [String]

    init(
        plan: BackupPlan, facts: ServerFacts, pgDump: ClientTool, destination: String, workers: Int, warnings: [String]
    ) {
        database = facts.database.text
        serverVersion = facts.version.description
        clientVersion = pgDump.version.description
        self.destination = destination
        self.workers = workers
        tables = plan.tables.map { Table(name: $0.displayName, sizeInBytes: $0.sizeInBytes, note: Self.note(on: $0)) }
        largeObjects = plan.largeObjects.reduce(0) { $0 + $1.objects.count }
        tablesWithoutData = plan.tablesWithoutData.map { "\($0.schema).\($0.name): \($0.reason.rawValue)" }
        self.warnings = warnings
    }

    private static func note(on table: TableTask) -> String? {
        if let condition = table.condition { return "only \(condition)" }
        if let root = table.root { return "loaded through \(root.target)" }
        return table.ranges.count > 1 ? "in \(table.ranges.count) ranges" : nil
    }
}
