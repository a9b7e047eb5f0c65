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
}
