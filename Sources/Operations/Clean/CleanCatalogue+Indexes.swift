import JobModel
import Postgres

extension CleanCatalogue {
    /// Valid indexes whose first key is the age column, by table.
    func indexes(on oids: [UInt32], column: Column) async throws -> [UInt32: [CleanFacts.Index]] {
        let result = try await session.query(Self.indexesSQL, [Self.array(oids), column.name])
        var indexes: [UInt32: [CleanFacts.Index]] = [:]
        var rows = result.rows[...]
        while let first = rows.first {
            let index = try first.oid("index_oid")
            var mine: [ResultTable.Row] = []
            while let row = rows.first, try row.oid("index_oid") == index {
                mine.append(row)
                rows.removeFirst()
            }
            indexes[try first.oid("table_oid"), default: []].append(try Self.index(mine))
        }
        return indexes
    }

    /// `rows` are an index's keys, in order.
    private static func index(_ rows: [ResultTable.Row]) throws -> CleanFacts.Index {
        let first = rows[0]
        let isDescending = try first.bool("is_descending")
        var keys: [CleanFacts.Index.Key] = []
        for (position, row) in rows.enumerated() {
            guard try row.bool("is_plain"), try row.bool("is_descending") == isDescending else { break }
            // Nulls would end the walk, and have their default place in its order.
            let isLikeAge = try row.bool("is_not_null") && row.bool("nulls_first") == isDescending
            guard position == 0 || isLikeAge else { break }
            keys.append(CleanFacts.Index.Key(column: try row.text("attname"), type: try row.text("type")))
        }
        // Walked backwards, a descending index is an ascending one with its nulls at the other end.
        let nullsFirst = try first.bool("nulls_first")
        return CleanFacts.Index(
            name: try first.text("index_name"), isBTree: try first.string("amname") == "btree",
            isPartial: try first.bool("is_partial"), keys: keys, hasNullsFirst: nullsFirst != isDescending)
    }

    private static let indexesSQL: ServerText = """
        SELECT i.indrelid AS table_oid, i.indexrelid AS index_oid, c.relname AS index_name, m.amname,
               i.indpred IS NOT NULL AS is_partial, a.attname, a.attnotnull AS is_not_null,
               pg_catalog.format_type(a.atttypid, NULL) AS type,
               m.amname <> 'btree' OR (o.opcdefault AND i.indcollation[k.at] = a.attcollation) AS is_plain,
               m.amname = 'btree' AND i.indoption[k.at] & 1 = 1 AS is_descending,
               m.amname = 'btree' AND i.indoption[k.at] & 2 = 2 AS nulls_first
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
          JOIN pg_catalog.pg_am m ON m.oid = c.relam
         CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k(at)
          LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.at]
                                              AND i.indkey[k.at] > 0
          JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.at]
         WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND m.amname IN ('btree', 'brin')
           AND (SELECT f.attname FROM pg_catalog.pg_attribute f
                 WHERE f.attrelid = i.indrelid AND f.attnum = i.indkey[0] AND i.indkey[0] > 0)::text = $2::text
           AND (k.at = 0 OR a.attnum IS NOT NULL)
         ORDER BY i.indrelid, i.indpred IS NOT NULL, m.amname DESC, i.indexrelid, k.at
        """

    /// Foreign keys that refer to these tables, to what they are partitions of, and to those whose rows go with theirs.
    func references(to oids: [UInt32]) async throws -> [CleanFacts.Reference] {
        try await session.query(Self.referencesSQL, [Self.array(oids)]).rows.map { row in
            var reference = CleanFacts.Reference(
                child: SQLIdentifier(schema: try row.text("nspname"), name: try row.text("relname")),
                constraint: try row.text("conname"), columns: try row.text("columns").lines,
                action: CleanFacts.Reference.Action(rawValue: try row.string("action")) ?? .noAction,
                sizeInBytes: try row.int64("bytes"), hasIndex: try row.bool("has_index"), depth: try row.int("depth"))
            reference.oid = try row.oid("child_oid")
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
        SELECT r.oid AS child_oid, n.nspname, r.relname, c.conname, c.confdeltype::text AS action,
               CASE WHEN c.confrelid IN (SELECT own.oid FROM own) THEN 1 ELSE 2 END AS depth,
               c.conrelid IN (SELECT own.oid FROM own) AS is_own,
               (SELECT pg_catalog.string_agg(a.attname::text, E'\\n' ORDER BY k.ord)
                  FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(number, ord)
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns,
               CASE r.relkind WHEN 'p' THEN coalesce((
                    SELECT sum(pg_catalog.pg_table_size(t.relid)) FROM pg_catalog.pg_partition_tree(r.oid) t), 0)
               ELSE pg_catalog.pg_table_size(r.oid) END::bigint AS bytes,
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
