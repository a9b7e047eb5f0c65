import JobModel
import Postgres

extension CleanCatalogue {
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
}
