import JobModel
import Postgres

/// A table as the leader sees it before it locks anything.
struct LockableTable: Hashable, Sendable {
    let oid: UInt32
    let schema: ServerText
    let name: ServerText

    var qualifiedName: ServerText { SQLIdentifier(schema: schema, name: name).quoted }

    /// For people: `schema.name`.
    var displayName: String { "\(schema).\(name)" }
}

extension LockableTable {
    /// Every table whose data could be in a dump: ordinary and partitioned ones outside the system's schemas, and the
    /// configuration tables of extensions wherever they are.
    static let listing: ServerText = """
        SELECT c.oid, n.nspname AS schema, c.relname AS name
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
           AND ((n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
                OR c.oid = ANY (SELECT pg_catalog.unnest(e.extconfig) FROM pg_catalog.pg_extension e))
         ORDER BY c.oid
        """

    static func list(on session: Session) async throws -> [LockableTable] {
        let result = try await session.query(listing)
        return try result.rows.map {
            LockableTable(oid: try $0.oid("oid"), schema: try $0.text("schema"), name: try $0.text("name"))
        }
    }
}
