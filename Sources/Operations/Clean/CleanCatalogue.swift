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

    // MARK: - Leaves

    /// The table itself, or the partitions that hold its rows.
    func leaves(of table: Table, column: Column, cutoff: ServerText) async throws -> Leaves {
        let result = try await session.query(
            Self.leavesSQL, ["\(table.oid)", "\(column.number)", "\(cutoff)"])
        var leaves = Leaves()
        for row in result.rows {
            let name = SQLIdentifier(schema: try row.text("nspname"), name: try row.text("relname"))
            if try row.bool("is_default") { leaves.hasDefault = true }
            guard try row.string("kind") != "f" else {
                leaves.foreign.append(name.description)
                continue
            }
            let rows = try row.double("reltuples")
            var leaf = CleanFacts.Leaf(
                oid: try row.oid("oid"), name: name, sizeInBytes: try row.int64("bytes"),
                rows: rows < 0 ? nil : Int64(rows))
            leaf.isWhollyOld = try row.bool("is_wholly_old")
            leaf.isDetachPending = try row.bool("is_pending")
            leaves.all.append(leaf)
        }
        return leaves
    }

    struct Leaves: Sendable {
        var all: [CleanFacts.Leaf] = []
        var foreign: [String] = []
        var hasDefault = false
    }

    /// The upper bound of a range partition by one column prints as `… TO ('2026-01-01 00:00:00+00')`. Of rows it says
    /// something only where the partition is one of the table's own by the age column.
    private static let leavesSQL: ServerText = """
        WITH tree AS (
            SELECT p.relid::oid AS oid, p.level FROM pg_catalog.pg_partition_tree($1::oid::regclass) p WHERE p.isleaf
            UNION SELECT c.oid, 0 FROM pg_catalog.pg_class c WHERE c.oid = $1::oid AND c.relkind = 'r'
            UNION SELECT i.inhrelid, 1 FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
                   WHERE i.inhparent = $1::oid AND c.relkind = 'r' AND i.inhdetachpending)
        SELECT c.oid, n.nspname, c.relname, c.relkind::text AS kind, c.reltuples::float8 AS reltuples,
               pg_catalog.pg_table_size(c.oid) AS bytes, coalesce(i.inhdetachpending, false) AS is_pending,
               b.bound = 'DEFAULT' IS TRUE AS is_default,
               (t.level = 1 AND k.partnatts = 1 AND k.partattrs[0] = $2::int2 AND k.partstrat = 'r'
                AND (pg_catalog.regexp_match(b.bound, ' TO \\(''([^'']*)''\\)$'))[1]::pg_catalog.timestamptz
                    <= $3::pg_catalog.timestamptz) IS TRUE AS is_wholly_old
          FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = $1::oid
          LEFT JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = $1::oid
         CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound) b
         ORDER BY b.bound = 'DEFAULT', b.bound, c.oid
        """

    /// What the role may not do: `SELECT`, `DELETE`, and `UPDATE`, without which rows cannot be locked. In the form of
    /// GRANTs.
    func missingPrivileges(on oids: [UInt32]) async throws -> (missing: [String], grants: [String], role: String) {
        let result = try await session.query(
            """
            SELECT p.privilege, pg_catalog.format('GRANT %s ON %I.%I TO %I;', p.privilege, n.nspname, c.relname,
                                                  current_user) AS statement, current_user AS role
              FROM pg_catalog.unnest($1::oid[]) AS o(oid) JOIN pg_catalog.pg_class c ON c.oid = o.oid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             CROSS JOIN (VALUES ('SELECT'), ('DELETE'), ('UPDATE')) AS p(privilege)
             WHERE NOT CASE p.privilege WHEN 'UPDATE' THEN pg_catalog.has_any_column_privilege(c.oid, 'UPDATE')
                       ELSE pg_catalog.has_table_privilege(c.oid, p.privilege) END
             ORDER BY c.oid, p.privilege
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

    private func names(_ sql: ServerText, _ oids: [UInt32]) async throws -> [String] {
        try await session.query(sql, [Self.array(oids)]).rows.map { try $0.text("name").text }
    }

    static func array(_ oids: [UInt32]) -> ServerText {
        ServerText("{" + oids.map(String.init).joined(separator: ",") + "}")
    }

    static func lines(_ row: ResultTable.Row, _ column: String) throws -> [String] {
        (try row.optionalText(column)?.text ?? "").split(separator: "\n").map(String.init)
    }
}
