import Archive
import JobModel
import Postgres

extension BackupPlanner {
    /// Asks the catalogue, inside the leader's snapshot, all that the plan depends on.
    static func gatherFacts(
        for contents: TableOfContents, leader: SnapshotLeader
    ) async throws -> Facts {
        var facts = Facts()
        facts.role = leader.facts.currentUser
        facts.tables = try await tableFacts(contents.entries.filter(\.isTableData).map(\.oid), on: leader.session)
        for extensionFacts in leader.facts.extensions {
            for table in extensionFacts.configurationTables {
                facts.extensionConditions[table.oid] = table.condition
            }
        }
        facts.rootColumns = try await rootColumns(contents, on: leader.session)
        if contents.entries.contains(where: { $0.isBlobs && contents.largeObjectIDs(of: $0) == nil }) {
            facts.largeObjects = try await leader.session.query(
                "SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid"
            ).rows.map { try $0.oid("oid") }
        }
        facts.tablesWithoutData = try await tablesWithoutData(contents, on: leader)
        return facts
    }

    private static func tableFacts(_ oids: [UInt32], on session: Session) async throws -> [UInt32: TableFacts] {
        let list = "{\(oids.map(String.init).joined(separator: ","))}"
        let result = try await session.query(
            """
            SELECT c.oid, pg_catalog.pg_table_size(c.oid) AS size, pg_catalog.row_security_active(c.oid) AS hidden,
                   pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AS readable
              FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::pg_catalog.oid[])
            """, [ServerText(list)])
        var facts: [UInt32: TableFacts] = [:]
        for row in result.rows {
            let oid = try row.oid("oid")
            facts[oid] = TableFacts(
                oid: oid, sizeInBytes: try row.optionalInt64("size") ?? 0,
                rowSecurityActive: try row.bool("hidden"), readable: try row.bool("readable"))
        }
        return facts
    }

    private static func rootColumns(
        _ contents: TableOfContents, on session: Session
    ) async throws -> [ServerText: [ServerText]] {
        var columns: [ServerText: [ServerText]] = [:]
        let roots = Set(contents.entries.filter(\.loadsViaPartitionRoot).compactMap(\.copyTarget))
        for root in roots.sorted() {
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

    /// Tables that stand in the dump without their rows although nobody asked for that: the report must say so.
    private static func tablesWithoutData(
        _ contents: TableOfContents, on leader: SnapshotLeader
    ) async throws -> [BackupPlan.TableWithoutData] {
        let foreign = contents.entries.filter { $0.desc == "FOREIGN TABLE" }.map {
            BackupPlan.TableWithoutData(
                table: SQLIdentifier.qualified($0.namespace ?? "", $0.tag), reason: "a foreign table: its rows live elsewhere")
        }
        guard leader.snapshot.inRecovery else { return foreign }
        let result = try await leader.session.query(
            """
            SELECT n.nspname AS schema, c.relname AS name
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relpersistence = 'u' AND c.relkind = 'r' AND n.nspname !~ '^pg_'
            """)
        let dumped = Set(contents.entries.filter { $0.desc == "TABLE" }.map { SQLIdentifier.qualified($0.namespace ?? "", $0.tag) })
        return foreign
            + (try result.rows.map { SQLIdentifier.qualified(try $0.text("schema"), try $0.text("name")) }
                .filter(dumped.contains)
                .map { BackupPlan.TableWithoutData(table: $0, reason: "unlogged, and a standby has no rows of it") })
    }
}
