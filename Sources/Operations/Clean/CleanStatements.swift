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

    /// Looks at up to `limit` rows along an index, and deletes those that are to go. `cursor` are the keys of the last
    /// row of the batch before: rows with the same keys may be left, so it is included.
    func batch(along index: CleanFacts.Index, from cursor: [ServerText]?, limit: Int) -> ServerText {
        let keys = index.keys.map { "\(rows.alias).\($0.column.quotedAsIdentifier)" as ServerText }
        let names = keys.indices.map { "key_\($0)" as ServerText }
        let texts = names.map { "last.\($0)::text AS \($0)" as ServerText }
        let newest = names.map { "\($0) DESC" as ServerText }
        // A partial index leads past the rows that its own condition keeps.
        let isSifted = rows.condition != nil && !index.isPartial
        let seen: ServerText = isSifted ? "seen" : "doomed"
        let walk = isSifted ? sifted(index, keys, cursor, limit) : picked(index, keys, cursor, limit)
        return """
            \(walk), \(gone)
            SELECT \(Self.counts), (SELECT count(*) FROM \(seen)) AS seen, \(texts.joined(separator: ", "))
              FROM (SELECT 1) AS one LEFT JOIN (
                   SELECT \(names.joined(separator: ", ")) FROM \(seen)
                    ORDER BY \(newest.joined(separator: ", ")) LIMIT 1) AS last ON true
            """
    }

    /// All rows that the walk comes past go.
    private func picked(
        _ index: CleanFacts.Index, _ keys: [ServerText], _ cursor: [ServerText]?, _ limit: Int
    ) -> ServerText {
        """
        WITH doomed AS MATERIALIZED (
          SELECT \(rows.alias).ctid AS place, \(Self.outputs(keys))
            FROM \(rows.source(leaf))
           WHERE \(rows.predicate)\(identity)\(Self.start(keys, index, cursor))
           ORDER BY \(Self.order(keys, index)) LIMIT \(limit) FOR UPDATE SKIP LOCKED
        )
        """
    }

    /// The condition may keep any number of rows on the way: they count, so that no batch walks farther than others.
    private func sifted(
        _ index: CleanFacts.Index, _ keys: [ServerText], _ cursor: [ServerText]?, _ limit: Int
    ) -> ServerText {
        """
        WITH seen AS MATERIALIZED (
          SELECT \(rows.alias).ctid AS place, \(Self.outputs(keys)), (\(rows.predicate)) AS is_doomed
            FROM \(rows.source(leaf))
           WHERE \(rows.age)\(identity)\(Self.start(keys, index, cursor))
           ORDER BY \(Self.order(keys, index)) LIMIT \(limit)
        ), doomed AS MATERIALIZED (
          SELECT \(rows.alias).ctid AS place
            FROM \(rows.source(leaf))
           WHERE \(rows.alias).ctid = ANY (ARRAY(SELECT place FROM seen WHERE is_doomed)) AND \(rows.predicate)
             FOR UPDATE SKIP LOCKED
        )
        """
    }

    /// The keys of the row that comes after the next `count` rows; no row where there are no more. Locks nothing.
    func keys(along index: CleanFacts.Index, from cursor: [ServerText]?, beyond count: Int) -> ServerText {
        let keys = index.keys.map { "\(rows.alias).\($0.column.quotedAsIdentifier)" as ServerText }
        let texts = keys.enumerated().map { "\($1)::text AS key_\($0)" as ServerText }.joined(separator: ", ")
        return """
            SELECT \(texts)
              FROM \(rows.source(leaf))
             WHERE \(index.isPartial ? rows.predicate : rows.age)\(identity)\(Self.start(keys, index, cursor))
             ORDER BY \(Self.order(keys, index)) OFFSET \(count) LIMIT 1
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
        SELECT \(Self.counts), (SELECT count(*) FROM doomed) AS seen
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
    func firstOf(_ walk: CleanPlan.Walk, batchRows: Int) -> [ServerText] {
        switch walk {
        case .index(let index): [batch(along: index, from: nil, limit: batchRows)]
        case .blocks: [batch(inBlocks: 0..<Int64(CleanTuning().firstBatchBlocks))]
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

    private static func outputs(_ keys: [ServerText]) -> ServerText {
        keys.enumerated().map { "\($1) AS key_\($0)" as ServerText }.joined(separator: ", ")
    }

    private static func order(_ keys: [ServerText], _ index: CleanFacts.Index) -> ServerText {
        keys.enumerated().map { position, key in
            position == 0 && index.hasNullsFirst ? "\(key) NULLS FIRST" as ServerText : key
        }.joined(separator: ", ")
    }

    private static func start(
        _ keys: [ServerText], _ index: CleanFacts.Index, _ cursor: [ServerText]?
    ) -> ServerText {
        cursor.map { " AND \(comparison(keys, index.keys, $0))" } ?? ""
    }

    private static func comparison(
        _ names: [ServerText], _ keys: [CleanFacts.Index.Key], _ cursor: [ServerText]
    ) -> ServerText {
        let values = zip(keys, cursor).map { "\($1.quotedAsLiteral)::\($0.type)" as ServerText }
        return "(\(names.joined(separator: ", "))) >= (\(values.joined(separator: ", ")))"
    }
}
