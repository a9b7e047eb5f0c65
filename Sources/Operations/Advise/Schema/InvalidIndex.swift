import JobModel
import Postgres

extension AdviceCheck {
    /// An index that a broken-off CREATE INDEX or REINDEX CONCURRENTLY has left: writes pay for it, no query uses it, and
    /// a unique one promises nothing.
    static let invalidIndex = AdviceCheck(
        .invalidIndex, "invalid indexes", sql: { _ in InvalidIndex.query },
        finding: { try InvalidIndex.finding($0, $1) })
}

private enum InvalidIndex {
    static func finding(_ row: ResultTable.Row, _ server: AdviceServer) throws -> Finding {
        let index = try row.name("index")
        let isUnique = try row.bool("is_unique")
        let isLeftover = try row.bool("is_leftover")
        return Finding(
            .invalidIndex, object: index, severity: .warning, confidence: .certain,
            summary: isUnique
                ? "is invalid: no query uses it, and nothing keeps its keys unique"
                : "is invalid: no query uses it",
            evidence: [
                "table": .text(try row.name("table")), "index_bytes": .integer(try row.int("bytes")),
                "is_unique": .flag(isUnique), "is_written": .flag(try row.bool("is_ready")),
            ],
            remedy: isLeftover ? drop(index) : rebuild(index, isUnique: isUnique),
            caveat: "Somebody may be about to go on with it; nobody held a lock for that when it was looked at.",
            jobFile: isLeftover ? server.maintainFragment : nil, measure: try row.double("bytes"))
    }

    private static func drop(_ index: String) -> Remedy {
        .dropping(index: index, risk: "None: a rebuild left it behind, and the index that it was for is another one.")
    }

    private static func rebuild(_ index: String, isUnique: Bool) -> Remedy {
        Remedy(
            ["REINDEX INDEX CONCURRENTLY \(index);"],
            advice: isUnique ? "First remove the rows whose keys are there twice." : nil,
            lock: "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other maintenance waits.",
            risk: "It waits for old transactions to end; where it fails it leaves another invalid index, to be dropped."
        )
    }

    /// Not those that are being built: whoever builds holds a lock on the table.
    static let query: ServerText = """
        SELECT i.indexrelid::pg_catalog.regclass::text AS index, i.indrelid::pg_catalog.regclass::text AS table,
          i.indisunique AS is_unique, i.indisready AS is_ready,
          c.relname ~ '_cc(new|old)[0-9]*$' AS is_leftover, \(AdviceSQL.bytes(of: "c")) AS bytes
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind = 'i'
          AND NOT EXISTS (
            SELECT 1 FROM pg_catalog.pg_locks l
            WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.granted
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
              AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'AccessExclusiveLock'))
        """
}
