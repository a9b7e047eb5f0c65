import JobModel
import Postgres

/// How many rows of other tables go, or are changed, with one row: on average by a sample, and at most by the other
/// table's statistics.
struct CascadeSurvey: Sendable {
    let session: Session
    let tuning: CleanTuning
    let rows: CleanRows
    /// The table that is cleaned.
    let table: UInt32

    func weighed(_ references: [CleanFacts.Reference]) async throws -> [CleanFacts.Reference] {
        var references = references
        for position in references.indices {
            let reference = references[position]
            let key = reference.depth == 1 ? try await key(of: reference) : nil
            if let key { references[position].rowsPerRow = try await average(reference, key) }
            if reference.action.changesRows {
                references[position].mostRowsPerRow = try await most(reference, key)
            }
        }
        return references
    }

    /// A column of the table, and the type of the column that refers to it.
    private struct KeyColumn {
        let name: ServerText
        let childType: ServerText
    }

    /// What the foreign key refers to, in its order; nil where it refers to another table.
    private func key(of reference: CleanFacts.Reference) async throws -> [KeyColumn]? {
        let result = try await session.query(
            """
            SELECT a.attname, pg_catalog.format_type(r.atttypid, r.atttypmod) AS child_type
              FROM pg_catalog.pg_constraint c
             CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.confkey), pg_catalog.unnest(c.conkey))
                   WITH ORDINALITY AS k(number, child, ord)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number
              JOIN pg_catalog.pg_attribute r ON r.attrelid = c.conrelid AND r.attnum = k.child
             WHERE c.conrelid = $1::oid AND c.conname::text = $2::text AND c.confrelid = $3::oid ORDER BY k.ord
            """, ["\(reference.oid)", reference.constraint, "\(table)"])
        let columns = try result.rows.map {
            KeyColumn(name: try $0.text("attname"), childType: try $0.text("child_type"))
        }
        return columns.count == reference.columns.count ? columns : nil
    }

    // MARK: - On average

    /// Rows of the child for each of the first 200 rows that go; nil where that cannot be had cheaply.
    private func average(_ reference: CleanFacts.Reference, _ key: [KeyColumn]) async throws -> Double? {
        guard reference.hasIndex else { return nil }
        let counter = RowCount(session: session, tuning: tuning)
        let picked = key.map { "\(rows.alias).\($0.name.quotedAsIdentifier)" as ServerText }.joined(separator: ", ")
        let matches = zip(reference.columns, key).map {
            "child.\($0.quotedAsIdentifier) = picked.\($1.name.quotedAsIdentifier)" as ServerText
        }
        let sample: ServerText = "(SELECT \(picked) FROM \(rows.source(nil)) WHERE \(rows.predicate) LIMIT 200)"
        let parents = try await counter.count("SELECT count(*) AS rows FROM \(sample) AS picked", isCheap: true)
        let children = try await counter.count(
            """
            SELECT count(*) AS rows FROM \(sample) AS picked
              JOIN \(reference.child.quoted) AS child ON \(matches.joined(separator: " AND "))
            """, isCheap: true)
        guard let parents, let children, parents > 0 else { return nil }
        return Double(children) / Double(parents)
    }

    // MARK: - At most

    /// By the most common values of the child's column. Where these can be looked up among the rows that go, the others
    /// do not count.
    private func most(_ reference: CleanFacts.Reference, _ key: [KeyColumn]?) async throws -> Double? {
        let row = try await session.query(
            Self.mostSQL, ["\(reference.oid)", reference.columns.joined(separator: "\n")]
        ).onlyRow()
        guard let most = try row.optionalDouble("most"), let rest = try row.optionalDouble("rest") else { return nil }
        guard most > rest, let key, key.count == 1, let column = reference.columns.first else { return most }
        let common = try await RowCount(session: session, tuning: tuning).count(
            commonAmongOld(reference, column, key[0]), isCheap: true)
        return common.map { max(Double($0), rest) } ?? most
    }

    /// The rows of the most common of the values that belong to rows that go; 0 where none does.
    private func commonAmongOld(
        _ reference: CleanFacts.Reference, _ column: ServerText, _ key: KeyColumn
    ) -> ServerText {
        """
        \(Self.sourceCTE("\(reference.oid)"))
        SELECT coalesce(max(common.rows), 0)::bigint AS rows
          FROM (SELECT m.value, sum(m.part * c.rows) AS rows
                  FROM source c JOIN pg_catalog.pg_stats s ON s.schemaname = c.nspname AND s.tablename = c.relname
                   AND s.attname::text = \(column.quotedAsLiteral)::text AND NOT s.inherited
                 CROSS JOIN LATERAL ROWS FROM (
                       pg_catalog.unnest(s.most_common_vals::text::\(key.childType)[]),
                       pg_catalog.unnest(s.most_common_freqs)) AS m(value, part)
                 GROUP BY m.value) AS common
         WHERE EXISTS (SELECT FROM \(rows.source(nil))
                        WHERE \(rows.predicate)
                          AND \(rows.alias).\(key.name.quotedAsIdentifier) = common.value)
        """
    }

    /// The table, or the partitions that hold its rows.
    private static func sourceCTE(_ oid: ServerText) -> ServerText {
        """
        WITH source AS (
            SELECT c.oid, n.nspname, c.relname, c.reltuples::float8 AS rows
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND (c.oid = \(oid)::oid OR c.oid IN (
                   SELECT t.relid FROM pg_catalog.pg_partition_tree(\(oid)::oid::regclass) t)))
        """
    }

    /// Of several columns together no value is more common than that of the one with the fewest. The rest are the values
    /// that are none of the most common ones, and much alike. Null where a table was not analyzed, or its statistics
    /// are kept from this role.
    private static let mostSQL: ServerText = """
        \(sourceCTE("$1"))
        SELECT CASE WHEN bool_and(t.most IS NOT NULL) THEN sum(t.most) END AS most,
               CASE WHEN bool_and(t.rest IS NOT NULL) THEN sum(t.rest) END AS rest
          FROM (SELECT c.oid, CASE WHEN bool_and(v.most IS NOT NULL) THEN min(v.most) END AS most,
                       CASE WHEN bool_and(v.rest IS NOT NULL) THEN min(v.rest) END AS rest
                  FROM source c
                 CROSS JOIN pg_catalog.string_to_table($2::text, E'\\n') AS k(column_name)
                  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = c.nspname AND s.tablename = c.relname
                   AND s.attname::text = k.column_name AND NOT s.inherited
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * c.rows ELSE s.n_distinct END AS distinct_,
                              coalesce(pg_catalog.cardinality(s.most_common_freqs), 0) AS common,
                              coalesce((SELECT sum(p) FROM pg_catalog.unnest(s.most_common_freqs) p), 0) AS part) AS d
                 CROSS JOIN LATERAL (
                       SELECT c.rows * greatest(1 - s.null_frac - d.part, 0) / greatest(d.distinct_ - d.common, 1)
                              AS alike) AS f
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN c.rows = 0 THEN 0 WHEN c.rows > 0 AND s.attname IS NOT NULL
                                   THEN coalesce(c.rows * s.most_common_freqs[1], f.alike) END AS most,
                              CASE WHEN c.rows = 0 THEN 0 WHEN c.rows > 0 AND s.attname IS NOT NULL
                                   THEN f.alike END AS rest) AS v
                 GROUP BY c.oid) AS t
        """
}

extension CleanFacts.Reference.Action {
    /// Whether rows of the child go, or are changed, with the row that they refer to.
    var changesRows: Bool {
        switch self {
        case .cascade, .setNull, .setDefault: true
        case .noAction, .restrict: false
        }
    }
}
