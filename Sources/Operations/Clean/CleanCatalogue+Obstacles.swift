import JobModel
import Postgres

/// What could keep rows from going, or do more than delete them.
extension CleanCatalogue {
    /// What the role may not do: `SELECT`, `DELETE`, and `UPDATE`, without which rows cannot be locked, and `USAGE` of the
    /// schemas. In the form of GRANTs.
    func missingPrivileges(on oids: [UInt32]) async throws -> (missing: [String], grants: [String], role: String) {
        let result = try await session.query(
            """
            WITH o AS (
                SELECT c.oid, n.oid AS schema, n.nspname, c.relname
                  FROM pg_catalog.unnest($1::oid[]) AS u(oid) JOIN pg_catalog.pg_class c ON c.oid = u.oid
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)
            SELECT privilege, statement, current_user AS role FROM (
                SELECT o.oid, p.privilege,
                       pg_catalog.format('GRANT %s ON %I.%I TO %I;', p.privilege, o.nspname, o.relname, current_user)
                  FROM o CROSS JOIN (VALUES ('SELECT'), ('DELETE'), ('UPDATE')) AS p(privilege)
                 WHERE NOT CASE p.privilege WHEN 'UPDATE' THEN pg_catalog.has_any_column_privilege(o.oid, 'UPDATE')
                           ELSE pg_catalog.has_table_privilege(o.oid, p.privilege) END
                UNION
                SELECT 0, 'USAGE', pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I;', o.nspname, current_user)
                  FROM o WHERE NOT pg_catalog.has_schema_privilege(o.schema, 'USAGE')) AS lacking(oid, privilege, statement)
             ORDER BY oid, privilege
            """, [Self.array(oids)])
        let missing = try result.rows.map { try $0.string("privilege") }
        return (
            Array(Set(missing)).sorted(), try result.rows.map { try $0.string("statement") },
            try result.rows.first?.string("role") ?? ""
        )
    }

    /// Tables among these whose policies would hide rows from this role.
    func guardedTables(among oids: [UInt32]) async throws -> [String] {
        try await names(
            "SELECT c.relname AS name FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[])"
                + " AND pg_catalog.row_security_active(c.oid) ORDER BY 1", oids)
    }

    /// What is done to rows: those that go, and those whose foreign keys are set to something else.
    enum Change {
        case delete
        case update

        /// Source: PostgreSQL, `src/include/catalog/pg_trigger.h`, `TRIGGER_TYPE_DELETE` and `TRIGGER_TYPE_UPDATE`.
        fileprivate var triggerBit: ServerText { self == .delete ? "8" : "16" }
        fileprivate var publication: ServerText { self == .delete ? "p.pubdelete" : "p.pubupdate" }
    }

    /// These tables, and their partitions.
    private static let familySQL: ServerText = """
        SELECT o.oid FROM pg_catalog.unnest($1::oid[]) AS o(oid)
        UNION SELECT t.relid::oid FROM pg_catalog.unnest($1::oid[]) AS o(oid)
               CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::regclass) t
        """

    /// Also on partitions of the tables.
    func triggers(on oids: [UInt32], firedBy change: Change) async throws -> [String] {
        try await names(
            """
            SELECT DISTINCT tgname AS name FROM pg_catalog.pg_trigger
             WHERE tgrelid IN (\(Self.familySQL)) AND NOT tgisinternal AND tgenabled IN ('O', 'A')
               AND tgtype & \(change.triggerBit) <> 0 ORDER BY 1
            """, oids)
    }

    /// Publications of changes of tables, or their partitions, that have no identity to publish them by: the change
    /// would fail.
    func publicationsWithoutIdentity(of oids: [UInt32], of change: Change) async throws -> [String] {
        try await names(
            """
            SELECT DISTINCT p.pubname AS name
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_publication p ON \(change.publication)
               AND EXISTS (SELECT FROM pg_catalog.pg_publication_tables t
                           WHERE t.pubname = p.pubname
                             AND ((t.schemaname = n.nspname AND t.tablename = c.relname)
                                  OR (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a
                                       WHERE a.relid = pg_catalog.format('%I.%I', t.schemaname, t.tablename)::regclass)
                                     IS NOT NULL))
             WHERE c.oid IN (\(Self.familySQL)) AND c.relkind = 'r'
               AND (c.relreplident = 'n' OR c.relreplident = 'd' AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))
             ORDER BY 1
            """, oids)
    }

    /// Functions of these names that could answer otherwise each time.
    func volatileFunctions(among names: [String]) async throws -> [String] {
        let text = ServerText(names.joined(separator: "\n"))
        return try await session.query(
            """
            SELECT DISTINCT proname AS name FROM pg_catalog.pg_proc
             WHERE proname::text = ANY (pg_catalog.string_to_array($1::text, E'\\n')) AND provolatile = 'v' ORDER BY 1
            """, [text]
        ).rows.map { try $0.string("name") }
    }
}
