import JobModel
import Postgres

/// The questions to the catalogue, and what is read from their answers.
struct CleanCatalogue: Sendable {
    let session: Session

    /// The table itself, before anything is known of its rows.
    struct Table: Sendable {
        let oid: UInt32
        let name: SQLIdentifier
        let kind: String
        let persistence: String
        let isSystem: Bool
        let isOwner: Bool
        let hasChildren: Bool
        let rules: [String]
    }

    /// `text` as SQL writes it; without a schema it is `public`. Nil where there is no such table.
    func table(_ text: String) async throws -> Table? {
        guard let row = try await session.query(Self.tableSQL, [ServerText(text)]).rows.first else { return nil }
        return Table(
            oid: try row.oid("oid"),
            name: SQLIdentifier(schema: try row.text("nspname"), name: try row.text("relname")),
            kind: try row.string("kind"), persistence: try row.string("persistence"),
            isSystem: try row.bool("is_system"), isOwner: try row.bool("is_owner"),
            hasChildren: try row.bool("has_children"), rules: try Self.lines(row, "rules"))
    }

    private static let tableSQL: ServerText = """
        SELECT c.oid, n.nspname, c.relname, c.relkind::text AS kind, c.relpersistence::text AS persistence,
               n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR c.oid < 16384 AS is_system,
               pg_catalog.pg_has_role(c.relowner, 'USAGE') AS is_owner,
               c.relkind <> 'p' AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)
               AS has_children,
               (SELECT pg_catalog.string_agg(r.rulename::text, E'\\n' ORDER BY r.rulename)
                  FROM pg_catalog.pg_rewrite r
                 WHERE r.ev_class = c.oid AND r.ev_type = '4' AND r.ev_enabled <> 'D') AS rules
          FROM (SELECT pg_catalog.parse_ident($1::text) AS parts) p
          JOIN pg_catalog.pg_class c ON c.relname = p.parts[pg_catalog.cardinality(p.parts)]
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           AND n.nspname = CASE pg_catalog.cardinality(p.parts) WHEN 2 THEN p.parts[1] ELSE 'public' END
         WHERE pg_catalog.cardinality(p.parts) <= 2
        """

    struct Column: Sendable {
        let name: ServerText
        let number: Int
        let type: ServerText
    }

    /// The name is looked for as it is, and then as SQL folds it. Nil where there is none.
    func column(_ name: String, of oid: UInt32) async throws -> Column? {
        let table = try await session.query(
            """
            SELECT attname, attnum, pg_catalog.format_type(atttypid, NULL) AS type FROM pg_catalog.pg_attribute
             WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
               AND attname::text IN ($2::text, pg_catalog.lower($2::text))
             ORDER BY attname::text = $2::text DESC
            """, ["\(oid)", ServerText(name)])
        return try table.rows.first.map {
            Column(name: try $0.text("attname"), number: try $0.int("attnum"), type: try $0.text("type"))
        }
    }

    func names(_ sql: ServerText, _ oids: [UInt32]) async throws -> [String] {
        try await session.query(sql, [Self.array(oids)]).rows.map { try $0.text("name").text }
    }

    static func array(_ oids: [UInt32]) -> ServerText {
        ServerText("{" + oids.map(String.init).joined(separator: ",") + "}")
    }

    static func lines(_ row: ResultTable.Row, _ column: String) throws -> [String] {
        (try row.optionalText(column)?.text ?? "").split(separator: "\n").map(String.init)
    }
}
