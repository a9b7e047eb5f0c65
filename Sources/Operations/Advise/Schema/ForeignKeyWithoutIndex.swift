import JobModel
import Postgres

extension AdviceCheck {
    /// A foreign key whose own columns no index leads with: each row that is deleted from, or gets another key in, the
    /// table that it points to makes the server read the whole table that points.
    static let foreignKeyWithoutIndex = AdviceCheck(
        .foreignKeyWithoutIndex, "foreign keys without an index", sql: { _ in ForeignKeyWithoutIndex.query },
        finding: { row, _ in try ForeignKeyWithoutIndex.finding(row) })
}

private enum ForeignKeyWithoutIndex {
    /// Below this the table is read whole in a moment.
    static let smallTableInRows = 10_000.0

    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let child = try row.name("child")
        let columns = try row.name("columns")
        let rows = try row.double("child_rows")
        let isPartitioned = try row.bool("is_partitioned")
        let changes = try row.int("parent_changes")
        let isFelt = changes > 0 && rows >= smallTableInRows
        return Finding(
            .foreignKeyWithoutIndex, object: "\(child).\(try row.name("constraint"))",
            severity: isFelt ? .warning : .notice, confidence: .certain,
            summary: "no index begins with \(columns) of \(child), which point to \(try row.name("parent"))",
            evidence: [
                "columns": .text(columns), "parent": .text(try row.name("parent")), "child_rows": .integer(Int(rows)),
                "child_bytes": .integer(try row.int("child_bytes")), "parent_deletes_and_updates": .integer(changes),
            ],
            remedy: remedy(child, columns, isPartitioned: isPartitioned),
            caveat:
                "An index costs space and slows writes a little; where no row of the other table is ever deleted or "
                + "gets a new key, and nothing joins by these columns, it is not needed.",
            measure: rows * Double(changes + 1))
    }

    private static func remedy(_ child: String, _ columns: String, isPartitioned: Bool) -> Remedy {
        guard isPartitioned else {
            return Remedy(
                ["CREATE INDEX CONCURRENTLY ON \(child) (\(columns));"],
                lock: "SHARE UPDATE EXCLUSIVE on \(child): reads and writes go on, other maintenance waits.",
                risk:
                    "It reads the table twice and waits for old transactions to end; broken off, it leaves an invalid "
                    + "index to drop.")
        }
        return Remedy(
            ["CREATE INDEX ON ONLY \(child) (\(columns));"],
            advice:
                "Then CREATE INDEX CONCURRENTLY on each partition, and ALTER INDEX … ATTACH PARTITION each of them.",
            lock: "SHARE on \(child) itself, for a moment: the index of the parent alone holds no rows.",
            risk: "The parent's index stays invalid until every partition's index is attached.")
    }

    /// An index serves where its first keys are the columns, in any order; one with a condition only where it is that a
    /// column is not null. On a partitioned table the partitions' own indexes do as well.
    static let query: ServerText = """
        WITH RECURSIVE keys AS MATERIALIZED (
          SELECT c.oid, c.conparentid, c.conrelid, r.relkind,
            EXISTS (
              SELECT 1 FROM pg_catalog.pg_index i
              JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = ic.relam
              WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indnkeyatts >= pg_catalog.cardinality(c.conkey)
                AND (am.amname IN ('btree', 'gist')
                  OR am.amname IN ('hash', 'spgist') AND pg_catalog.cardinality(c.conkey) = 1)
                AND (i.indkey::int2[])[0:pg_catalog.cardinality(c.conkey) - 1] @> c.conkey
                AND (i.indpred IS NULL OR EXISTS (
                  SELECT 1 FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                    AND pg_catalog.pg_get_expr(i.indpred, i.indrelid)
                      = pg_catalog.format('(%I IS NOT NULL)', a.attname)))) AS is_served
          FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
          WHERE c.contype = 'f'
        ), leaves AS (
          SELECT oid AS root, oid, relkind, is_served FROM keys WHERE conparentid = 0 AND NOT is_served
          UNION ALL
          SELECT l.root, k.oid, k.relkind, k.is_served FROM leaves l JOIN keys k ON k.conparentid = l.oid
        )
        SELECT c.conrelid::pg_catalog.regclass::text AS child, pg_catalog.quote_ident(c.conname) AS constraint,
          c.confrelid::pg_catalog.regclass::text AS parent, r.relkind = 'p' AS is_partitioned,
          \(AdviceSQL.rows(of: "r")) AS child_rows,
          \(AdviceSQL.bytes(of: "r")) AS child_bytes,
          pg_catalog.pg_stat_get_tuples_deleted(c.confrelid)
            + pg_catalog.pg_stat_get_tuples_updated(c.confrelid)
            - pg_catalog.pg_stat_get_tuples_hot_updated(c.confrelid) AS parent_changes,
          (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.number)
             FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(column_number, number)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.column_number) AS columns
        FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
        WHERE c.oid IN (
          SELECT root FROM leaves GROUP BY root
          HAVING coalesce(pg_catalog.bool_or(NOT is_served) FILTER (WHERE relkind <> 'p'), true))
        ORDER BY child_rows DESC
        """
}
