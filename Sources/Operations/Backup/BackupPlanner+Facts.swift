import Archive
import JobModel
import Postgres

extension BackupPlanner {
    /// Asks the catalogue, inside the leader's snapshot, all that the plan depends on.
    static func gatherFacts(for contents: TableOfContents, leader: SnapshotLeader) async throws -> Facts {
        var facts = Facts()
        facts.role = leader.facts.currentUser.text
        let tables = contents.entries.filter { $0.isTableData || $0.desc == "TABLE" }
        facts.tables = try await tableFacts(
            Set(tables.map(\.oid)).sorted(), on: leader.session, serverVersionNumber: leader.facts.versionNumber)
        for extensionFacts in leader.facts.extensions {
            for table in extensionFacts.configurationTables {
                facts.extensionConditions[table.oid] = table.condition
            }
        }
        facts.rootColumns = try await rootColumns(contents, on: leader.session)
        if leader.snapshot.inRecovery { facts.unloggedOnStandby = try await unloggedTables(on: leader.session) }
        return facts
    }

    /// Before PostgreSQL 14 a server reads the whole table for each range of it.
    static let firstVersionWithRangeScans = 140_000

    private static func tableFacts(
        _ oids: [UInt32], on session: Session, serverVersionNumber: Int
    ) async throws -> [UInt32: TableFacts] {
        let list = "{\(oids.map(String.init).joined(separator: ","))}"
        let result = try await session.query(
            """
            SELECT c.oid, pg_catalog.pg_table_size(c.oid) AS size, pg_catalog.row_security_active(c.oid) AS hidden,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT')
                   OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AS readable,
                   c.relkind, c.relpersistence,
                   CASE WHEN c.relkind = 'r' AND a.amname = 'heap' THEN
                        pg_catalog.pg_relation_size(c.oid, 'main')
                        / pg_catalog.current_setting('block_size')::pg_catalog.int8 END AS blocks
              FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam WHERE c.oid = ANY ($1::pg_catalog.oid[])
            """, [ServerText(list)])
        var facts: [UInt32: TableFacts] = [:]
        for row in result.rows {
            facts[try row.oid("oid")] = TableFacts(
                sizeInBytes: Int(try row.optionalInt64("size") ?? 0), rowSecurityActive: try row.bool("hidden"),
                readable: try row.bool("readable"), relkind: try row.string("relkind"),
                persistence: try row.string("relpersistence"),
                blocks: serverVersionNumber < firstVersionWithRangeScans
                    ? nil : try row.optionalInt64("blocks").map { Int($0) })
        }
        return facts
    }

    private static func rootColumns(
        _ contents: TableOfContents, on session: Session
    ) async throws -> [ServerText: [ServerText]] {
        var columns: [ServerText: [ServerText]] = [:]
        for entry in contents.tableData where entry.loadsViaPartitionRoot {
            let root = try entry.copyTarget
            guard columns[root] == nil else { continue }
            let result = try await session.query(
                """
                SELECT pg_catalog.quote_ident(a.attname) AS name FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
                   AND a.attgenerated = '' ORDER BY a.attnum
                """, [root])
            columns[root] = try result.rows.map { try $0.text("name") }
        }
        return columns
    }

    private static func unloggedTables(on session: Session) async throws -> Set<ServerText> {
        let result = try await session.query(
            """
            SELECT n.nspname AS schema, c.relname AS name
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relpersistence = 'u' AND c.relkind = 'r'
            """)
        return Set(
            try result.rows.map { SQLIdentifier(schema: try $0.text("schema"), name: try $0.text("name")).quoted })
    }
}
