import JobModel
import Postgres

extension MaintainJob {
    /// Whether the job's patterns name a table, and none leaves it out.
    func covers(_ table: SQLIdentifier) -> Bool {
        (tables.isEmpty || Self.match(tables, table)) && !Self.match(excludedTables, table)
    }

    func truncates(_ table: SQLIdentifier) -> Bool { Self.match(truncatedTables, table) }

    func repacks(_ table: SQLIdentifier) -> Bool { Self.match(repackedTables, table) }

    private static func match(_ patterns: [TablePattern], _ table: SQLIdentifier) -> Bool {
        patterns.contains { $0.matches(schema: table.schema?.text ?? "", table: table.name.text) }
    }
}
