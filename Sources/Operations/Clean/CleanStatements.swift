import JobModel
import Postgres

/// The statements that delete rows of one leaf, each a transaction of its own.
///
/// The rows are picked and locked first, those that somebody else has locked left out, and then deleted by their place
/// in the table: `= ANY (ARRAY(…))` is planned as a look at just these places, whatever keys the table has. A row that
/// was changed in between is at another place, and is left to a later pass.
struct CleanStatements: Sendable {
    let rows: CleanRows
    let leaf: SQLIdentifier
    /// Whose rows alone go, whatever else has got the leaf's name meanwhile; nil where nothing is run.
    var oid: UInt32?

    /// Picks up to `limit` rows along an index. `cursor` are the keys of the last row of the batch before: rows with
    /// the same keys may be left, so it is included.
    func batch(along index: CleanFacts.Index, from cursor: [ServerText]?, limit: Int) -> ServerText {
        let keys = index.keys.map { "\(rows.alias).\($0.column.quotedAsIdentifier)" as ServerText }
        let outputs = keys.enumerated().map { "\($1) AS key_\($0)" as ServerText }
        let start = cursor.map { " AND \(Self.comparison(keys, index.keys, $0))" as ServerText } ?? ""
        let order = keys.enumerated().map { position, key in
            position == 0 && index.hasNullsFirst ? "\(key) NULLS FIRST" as ServerText : key
        }
        let names = keys.indices.map { "key_\($0)" as ServerText }
        let texts = names.map { "last.\($0)::text AS \($0)" as ServerText }
        let newest = names.map { "\($0) DESC" as ServerText }
        return """
            WITH doomed AS MATERIALIZED (
              SELECT \(rows.alias).ctid AS place, \(outputs.joined(separator: ", "))
                FROM \(rows.source(leaf))
               WHERE \(rows.predicate)\(identity)\(start)
               ORDER BY \(order.joined(separator: ", ")) LIMIT \(limit) FOR UPDATE SKIP LOCKED
            ), \(gone)
            SELECT \(Self.counts), \(texts.joined(separator: ", "))
              FROM (SELECT 1) AS one LEFT JOIN (
                   SELECT \(names.joined(separator: ", ")) FROM doomed
                    ORDER BY \(newest.joined(separator: ", ")) LIMIT 1) AS last ON true
            """
    }

    /// Picks the old rows in some blocks.
    func batch(inBlocks blocks: Range<Int64>) -> ServerText {
        """
        WITH doomed AS MATERIALIZED (
          SELECT \(rows.alias).ctid AS place
            FROM \(rows.source(leaf))
           WHERE \(rows.alias).ctid >= '(\(blocks.lowerBound),0)'::tid AND \(rows.alias).ctid < '(\(blocks.upperBound),0)'::tid
             AND \(rows.predicate)\(identity)
             FOR UPDATE SKIP LOCKED
        ), \(gone)
        SELECT \(Self.counts)
        """
    }

    /// The first and the last block with rows that go, found by a BRIN.
    var bounds: ServerText {
        """
        SELECT (pg_catalog.min(\(rows.alias).ctid)::text::point)[0]::bigint AS first,
               (pg_catalog.max(\(rows.alias).ctid)::text::point)[0]::bigint AS last
          FROM \(rows.source(leaf)) WHERE \(rows.predicate)
        """
    }

    /// In order; the first of each kind of walk for people.
    func firstOf(_ walk: CleanPlan.Walk) -> [ServerText] {
        switch walk {
        case .index(let index): [batch(along: index, from: nil, limit: CleanTuning().firstBatchRows)]
        case .blocks: [batch(inBlocks: 0..<Int64(CleanBatches.firstBlocks))]
        case .drop: [detach, drop]
        }
    }

    var detach: ServerText { "ALTER TABLE \(rows.table.quoted) DETACH PARTITION \(leaf.quoted) CONCURRENTLY" }
    /// Ends a detachment that was broken off.
    var finalize: ServerText { "ALTER TABLE \(rows.table.quoted) DETACH PARTITION \(leaf.quoted) FINALIZE" }
    var drop: ServerText { "DROP TABLE \(leaf.quoted)" }

    /// The same, and only while the table of this oid has the name.
    func dropOnly(_ oid: UInt32) -> ServerText {
        let body: ServerText = """
            BEGIN
              LOCK TABLE ONLY \(leaf.quoted) IN ACCESS EXCLUSIVE MODE;
              IF \(leaf.quoted.quotedAsLiteral)::regclass::oid <> \(oid)::oid THEN
                RAISE 'another table has got its name';
              END IF;
              \(drop);
            END
            """
        return "DO \(body.quotedAsLiteral)"
    }

    /// That the leaf is the table that was looked at, and still one of the table's partitions.
    private var identity: ServerText {
        guard let oid else { return "" }
        let itself: ServerText = " AND \(rows.alias).tableoid = \(oid)::oid"
        guard leaf != rows.table else { return itself }
        return """
            \(itself)
                 AND (SELECT pg_catalog.count(*) > 0 FROM pg_catalog.pg_partition_ancestors(\(oid)::oid::regclass) AS a
                       WHERE a.relid = \(rows.table.quoted.quotedAsLiteral)::regclass)
            """
    }

    private var gone: ServerText {
        """
        gone AS (
          DELETE FROM \(rows.source(leaf)) WHERE \(rows.alias).ctid = ANY (ARRAY(SELECT place FROM doomed)) RETURNING 1
        )
        """
    }

    private static let counts: ServerText =
        "(SELECT count(*) FROM gone) AS deleted, (SELECT count(*) FROM doomed) AS picked"

    private static func comparison(
        _ names: [ServerText], _ keys: [CleanFacts.Index.Key], _ cursor: [ServerText]
    ) -> ServerText {
        let values = zip(keys, cursor).map { "\($1.quotedAsLiteral)::\($0.type)" as ServerText }
        return "(\(names.joined(separator: ", "))) >= (\(values.joined(separator: ", ")))"
    }
}
