import JobModel
import Postgres

extension CleanCatalogue {
    /// Foreign keys that refer to these tables, to what they are partitions of, and to those whose rows go with theirs.
    func references(to oids: [UInt32]) async throws -> [CleanFacts.Reference] {
        try await session.query(Self.referencesSQL, [Self.array(oids)]).rows.map { row in
            var reference = CleanFacts.Reference(
                child: SQLIdentifier(schema: try row.text("nspname"), name: try row.text("relname")),
                constraint: try row.text("conname"), columns: try row.text("columns").lines,
                action: CleanFacts.Reference.Action(rawValue: try row.string("action")) ?? .noAction,
                sizeInBytes: try row.int64("bytes"), hasIndex: try row.bool("has_index"), depth: try row.int("depth"))
            reference.oid = try row.oid("child_oid")
            reference.referenced = try row.oid("referenced")
            reference.rows = try row.optionalDouble("child_rows").map { Int64($0) }
            reference.isOwn = try row.bool("is_own")
            return reference
        }
    }

    /// An index serves where its first keys are the foreign key's columns, in any order.
    private static let referencesSQL: ServerText = """
        WITH RECURSIVE own AS (
            SELECT o.oid FROM pg_catalog.unnest($1::oid[]) AS o(oid)
            UNION SELECT a.relid::oid FROM pg_catalog.unnest($1::oid[]) AS o(oid)
                   CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(o.oid::regclass) a
            UNION SELECT t.relid::oid FROM pg_catalog.unnest($1::oid[]) AS o(oid)
                   CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::regclass) t),
        f AS (
            SELECT c.oid, c.conrelid, c.confdeltype FROM pg_catalog.pg_constraint c
             WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid IN (SELECT own.oid FROM own)
            UNION
            SELECT c.oid, c.conrelid, c.confdeltype FROM pg_catalog.pg_constraint c
              JOIN f ON c.confrelid = f.conrelid
                     OR c.confrelid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(f.conrelid::regclass) t)
                     OR c.confrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(f.conrelid::regclass) a)
             WHERE c.contype = 'f' AND c.conparentid = 0 AND f.confdeltype = 'c')
        SELECT r.oid AS child_oid, c.confrelid AS referenced, n.nspname, r.relname, c.conname, c.confdeltype::text AS action,
               CASE WHEN c.confrelid IN (SELECT own.oid FROM own) THEN 1 ELSE 2 END AS depth,
               c.conrelid IN (SELECT own.oid FROM own) AS is_own,
               (SELECT pg_catalog.string_agg(a.attname::text, E'\\n' ORDER BY k.ord)
                  FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(number, ord)
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns,
               CASE r.relkind WHEN 'p' THEN coalesce((
                    SELECT sum(pg_catalog.pg_table_size(t.relid)) FROM pg_catalog.pg_partition_tree(r.oid) t), 0)
               ELSE pg_catalog.pg_table_size(r.oid) END::bigint AS bytes,
               (SELECT sum(p.reltuples) FROM pg_catalog.pg_class p
                 WHERE p.reltuples >= 0 AND p.relkind = 'r' AND (p.oid = r.oid OR r.relkind = 'p' AND p.oid IN (
                       SELECT t.relid FROM pg_catalog.pg_partition_tree(r.oid) t)))::float8 AS child_rows,
               EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                       JOIN pg_catalog.pg_am m ON m.oid = x.relam
                       WHERE i.indrelid = c.conrelid AND i.indisvalid AND m.amname IN ('btree', 'hash')
                         AND (i.indpred IS NULL OR pg_catalog.cardinality(c.conkey) = 1
                              AND pg_catalog.pg_get_expr(i.indpred, i.indrelid) = (
                                  SELECT pg_catalog.format('(%I IS NOT NULL)', a.attname) FROM pg_catalog.pg_attribute a
                                   WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1]))
                         AND (SELECT pg_catalog.array_agg(k ORDER BY k) FROM pg_catalog.unnest(
                                  (i.indkey::int2[])[0:pg_catalog.cardinality(c.conkey) - 1]) k)
                             = (SELECT pg_catalog.array_agg(k ORDER BY k) FROM pg_catalog.unnest(c.conkey) k)) AS has_index
          FROM f JOIN pg_catalog.pg_constraint c ON c.oid = f.oid
          JOIN pg_catalog.pg_class r ON r.oid = c.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
         ORDER BY depth, c.oid
        """
}

extension ServerText {
    /// What stands between line feeds.
    fileprivate var lines: [ServerText] { bytes.split(separator: UInt8(ascii: "\n")).map { ServerText(bytes: $0) } }
}
