import JobModel
import Postgres

extension AdviceCheck {
    /// Two indexes that are the same: each write pays for both.
    static let duplicateIndex = AdviceCheck(
        .duplicateIndex, "indexes that are the same as another", sql: RedundantIndex.query,
        finding: { row, _ in try row.bool("is_duplicate") ? RedundantIndex.finding(.duplicateIndex, row) : nil })

    /// An index whose keys another one begins with, and which it can therefore stand in for.
    static let redundantIndex = AdviceCheck(
        .redundantIndex, "indexes that a longer one can stand in for", sql: RedundantIndex.query,
        finding: { row, _ in try row.bool("is_duplicate") ? nil : RedundantIndex.finding(.redundantIndex, row) })
}

private enum RedundantIndex {
    static let largeInBytes = 100_000_000

    static func finding(_ id: AdviceID, _ row: ResultTable.Row) throws -> Finding {
        let index = try row.name("dropped")
        let kept = try row.name("kept")
        let bytes = try row.int("bytes")
        let isDuplicate = id == .duplicateIndex
        return Finding(
            id, object: index, severity: isDuplicate || bytes >= largeInBytes ? .warning : .notice,
            confidence: .certain,
            summary: isDuplicate ? "is the same index as \(kept)" : "\(kept) begins with the same keys",
            evidence: [
                "table": .text(try row.name("table")), "kept": .text(kept), "index_bytes": .integer(bytes),
                "kept_bytes": .integer(try row.int("kept_bytes")), "scans": .integer(try row.int("scans")),
            ],
            remedy: .dropping(
                index: index, isPartitioned: try row.bool("is_partitioned"),
                risk: isDuplicate
                    ? "None for queries; a plan hint or a statement that names the index breaks."
                    : "Queries that use it read the longer index, which is larger: slower where it does not stay in memory."
            ),
            caveat: isDuplicate
                ? "One of the two may be there for a moment only, to be swapped for the other."
                : "The shorter index may be much smaller, and stay in memory where the longer one does not.",
            measure: Double(bytes))
    }

    /// Compares keys, operator classes, collations, orders, expressions and conditions. Of two that could both go one
    /// stays; what backs a constraint, is unique where the other is not, or identifies rows always stays.
    static func query(_ server: AdviceServer) -> ServerText {
        let nullsAreEqual: ServerText = server.versionNumber >= 150_000 ? "i.indnullsnotdistinct" : "false"
        return """
            WITH candidates AS MATERIALIZED (
              SELECT i.indexrelid, i.indrelid, i.indnkeyatts, i.indnatts, i.indkey::int2[] AS attributes,
                i.indclass::oid[] AS classes, i.indcollation::oid[] AS collations, i.indoption::int2[] AS options,
                i.indisunique, c.relam, c.relkind, c.relispartition, c.relpages, \(nullsAreEqual) AS nulls_are_equal,
                coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid), '') AS expressions,
                coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
                i.indisprimary OR i.indisreplident OR i.indisclustered OR i.indisexclusion OR EXISTS (
                  SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid
                    AND k.contype IN ('p', 'u', 'x', 'f')) AS must_stay
              FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              WHERE i.indisvalid AND i.indisready AND i.indislive AND \(AdviceSQL.isUsersSchema)
                AND \(AdviceSQL.isOwn("i.indrelid"))
            ), pairs AS (
              SELECT d.*, k.indexrelid AS kept, k.indnatts AS kept_natts, k.relpages AS kept_pages,
                d.attributes[0:d.indnkeyatts - 1] = k.attributes[0:k.indnkeyatts - 1] AS has_same_keys,
                d.attributes[d.indnkeyatts:d.indnatts - 1] @> k.attributes[k.indnkeyatts:k.indnatts - 1]
                  AS has_same_rest
              FROM candidates d JOIN candidates k
                ON k.indrelid = d.indrelid AND k.indexrelid <> d.indexrelid AND k.relam = d.relam
                AND k.predicate = d.predicate AND k.expressions = d.expressions AND k.indnkeyatts >= d.indnkeyatts
              JOIN pg_catalog.pg_am am ON am.oid = d.relam
              WHERE NOT d.must_stay AND NOT d.relispartition
                AND (am.amname = 'btree' OR k.indnkeyatts = d.indnkeyatts)
                AND k.attributes[0:d.indnkeyatts - 1] = d.attributes[0:d.indnkeyatts - 1]
                AND k.classes[0:d.indnkeyatts - 1] = d.classes[0:d.indnkeyatts - 1]
                AND k.collations[0:d.indnkeyatts - 1] = d.collations[0:d.indnkeyatts - 1]
                AND k.options[0:d.indnkeyatts - 1] = d.options[0:d.indnkeyatts - 1]
                AND d.attributes[d.indnkeyatts:d.indnatts - 1] <@ k.attributes
                AND (NOT d.indisunique OR k.indisunique AND k.indnkeyatts = d.indnkeyatts
                  AND k.nulls_are_equal = d.nulls_are_equal)
                AND (k.indnkeyatts > d.indnkeyatts OR k.indnatts > d.indnatts OR k.must_stay
                  OR k.indisunique AND NOT d.indisunique OR d.indexrelid > k.indexrelid)
            )
            SELECT DISTINCT ON (p.indexrelid) p.indexrelid::pg_catalog.regclass::text AS dropped,
              p.kept::pg_catalog.regclass::text AS kept, p.indrelid::pg_catalog.regclass::text AS table,
              p.relkind = 'I' AS is_partitioned, p.has_same_keys AND p.has_same_rest AS is_duplicate,
              p.relpages::int8 * \(server.blockSizeInBytes) AS bytes,
              p.kept_pages::int8 * \(server.blockSizeInBytes) AS kept_bytes,
              pg_catalog.pg_stat_get_numscans(p.indexrelid) AS scans
            FROM pairs p
            ORDER BY p.indexrelid, p.has_same_keys AND p.has_same_rest DESC, p.kept_natts DESC, p.kept
            """
    }
}
