import JobModel
import Postgres

extension PrivilegeGaps {
    /// Asks the catalogue; works with any privileges, on 14 and newer.
    static func gather(on session: Session, role: ServerText) async throws -> PrivilegeGaps {
        var gaps = PrivilegeGaps(role: role)
        for row in try await session.query(objects).rows {
            let object = SQLIdentifier(schema: try row.text("schema"), name: try row.text("name"))
            let isSequence = try row.string("kind") == "S"
            if try !row.bool("usable"), gaps.schemas.last != object.schema, let schema = object.schema {
                gaps.schemas.append(schema)
            }
            if try !row.bool("readable") {
                if isSequence { gaps.sequences.append(object) } else { gaps.tables.append(object) }
            }
            if try row.bool("hidden") { gaps.hiddenTables.append(object) }
        }
        gaps.largeObjects = try await session.query(largeObjects(session.server.versionNumber)).rows.map {
            try $0.oid("oid")
        }
        return gaps
    }

    /// What pg_dump reads rows or values of: tables and sequences outside the system's schemas which are no part of an
    /// extension, and the extensions' configuration tables. Ordered by schema.
    private static let objects: ServerText = """
        SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
               pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable,
               CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                    ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END AS readable,
               c.relkind <> 'S' AND pg_catalog.row_security_active(c.oid) AS hidden
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
           AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                                   AND d.deptype = 'e')
                OR c.oid = ANY (SELECT pg_catalog.unnest(e.extconfig) FROM pg_catalog.pg_extension e))
         ORDER BY n.nspname, c.relname
        """

    /// Before 18 there is no function that tells.
    private static func largeObjects(_ version: Int) -> ServerText {
        guard version < 180_000 else {
            return """
                SELECT m.oid FROM pg_catalog.pg_largeobject_metadata m
                 WHERE NOT pg_catalog.has_largeobject_privilege(m.oid, 'SELECT') ORDER BY m.oid
                """
        }
        return """
            SELECT m.oid FROM pg_catalog.pg_largeobject_metadata m
             WHERE NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')
               AND NOT pg_catalog.current_setting('lo_compat_privileges')::pg_catalog.bool
               AND NOT EXISTS (
                   SELECT FROM pg_catalog.aclexplode(m.lomacl) a
                    WHERE a.privilege_type = 'SELECT'
                      AND (a.grantee = 0 OR a.grantee <> 0 AND pg_catalog.pg_has_role(a.grantee, 'USAGE')))
             ORDER BY m.oid
            """
    }
}
