import JobModel
import Postgres

extension AdviceCheck {
    /// A table without a primary key: its rows cannot be named, and where it is published they cannot be changed.
    static let tableWithoutKey = AdviceCheck(
        .tableWithoutKey, "tables without a primary key", sql: TableWithoutKey.query,
        finding: { row, _ in try TableWithoutKey.finding(row) })
}

private enum TableWithoutKey {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        let isStuck = try row.bool("is_published") && !row.bool("has_identity")
        let candidate = try row.optionalText("candidate")?.text
        return Finding(
            .tableWithoutKey, object: table, severity: isStuck ? .critical : .notice, confidence: .certain,
            summary: isStuck
                ? "has no key and is published: every UPDATE and DELETE of it fails" : "has no primary key",
            evidence: [
                "rows": .number(try row.double("rows")), "is_published": .flag(try row.bool("is_published")),
                "unique_index_without_nulls": .text(candidate ?? "none"),
            ],
            remedy: isStuck ? identify(table, candidate) : addKey(table, candidate),
            caveat: "A log that is only written to, or a table that is loaded and emptied as a whole, can do without.",
            measure: try row.double("rows"))
    }

    private static func addKey(_ table: String, _ candidate: String?) -> Remedy {
        guard let candidate else {
            return Remedy(
                ["ALTER TABLE \(table) ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"],
                advice: "Better make columns the key that name a row already, if there are any.",
                lock: "ACCESS EXCLUSIVE on \(table) while the whole table is written anew.",
                risk:
                    "Nobody reads or writes the table until it is done; statements that insert without naming columns break."
            )
        }
        return Remedy(
            ["ALTER TABLE \(table) ADD PRIMARY KEY USING INDEX \(candidate);"],
            lock: "ACCESS EXCLUSIVE on \(table), for a moment: the index is there, and its columns hold no nulls.",
            risk: "It waits for statements that run, and others wait behind it: set lock_timeout.")
    }

    private static func identify(_ table: String, _ candidate: String?) -> Remedy {
        Remedy(
            ["ALTER TABLE \(table) REPLICA IDENTITY \(candidate.map { "USING INDEX \($0)" } ?? "FULL");"],
            lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
            risk: candidate == nil
                ? "FULL writes whole old rows to the WAL, and the subscriber looks for each by reading its table."
                : "None.")
    }

    /// Tables of extensions and partitions are others' business. A publication of a whole schema came with 15.
    static func query(_ server: AdviceServer) -> ServerText {
        let isOfPublishedSchema: ServerText =
            server.versionNumber >= 150_000
            ? """
            OR p.oid IN (SELECT pn.pnpubid FROM pg_catalog.pg_publication_namespace pn WHERE pn.pnnspid = t.relnamespace)
            """ : ""
        return """
            SELECT t.oid::pg_catalog.regclass::text AS table, \(AdviceSQL.rows(of: "t")) AS rows,
              t.relreplident = 'f' OR t.relreplident = 'i' AND EXISTS (
                SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indisreplident) AS has_identity,
              EXISTS (
                SELECT 1 FROM pg_catalog.pg_publication p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
                  OR p.oid IN (SELECT pr.prpubid FROM pg_catalog.pg_publication_rel pr WHERE pr.prrelid = t.oid)
                  \(isOfPublishedSchema))) AND t.relpersistence = 'p' AS is_published,
              (SELECT pg_catalog.quote_ident(ic.relname) FROM pg_catalog.pg_index i
               JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
               WHERE i.indrelid = t.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
                 AND i.indexprs IS NULL AND NOT EXISTS (
                   SELECT 1 FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = t.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                     AND NOT a.attnotnull)
               ORDER BY i.indnkeyatts, ic.relname LIMIT 1) AS candidate
            FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
            WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relpersistence <> 't'
              AND \(AdviceSQL.isUsersSchema)
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index k WHERE k.indrelid = t.oid AND k.indisprimary)
              AND \(AdviceSQL.isOwn("t.oid"))
            """
    }
}
