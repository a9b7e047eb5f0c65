import JobModel
import Postgres

extension AdviceCheck {
    /// A table that is empty after a crash, and on every standby.
    static let unloggedTable = AdviceCheck(
        .unloggedTable, "tables that a crash empties", sql: { _ in UnloggedTable.query },
        finding: { row, _ in try UnloggedTable.finding(row) })
}

private enum UnloggedTable {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        return Finding(
            .unloggedTable, object: table, severity: .notice, confidence: .certain,
            summary: "is UNLOGGED: a crash of the server empties it, and standbys do not have it",
            evidence: ["rows": .number(try row.double("rows")), "table_bytes": .integer(try row.int("bytes"))],
            remedy: Remedy(
                ["ALTER TABLE \(table) SET LOGGED;"],
                lock: "ACCESS EXCLUSIVE on \(table) while the whole table is written anew.",
                risk: "Nobody reads or writes it until it is done; its size is written to the WAL."),
            caveat: "For a cache, or for what can be loaded again, it is right.", measure: try row.double("rows"))
    }

    static let query: ServerText = """
        SELECT t.oid::pg_catalog.regclass::text AS table, \(AdviceSQL.rows(of: "t")) AS rows,
          \(AdviceSQL.bytes(of: "t")) AS bytes
        FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        WHERE t.relkind = 'r' AND t.relpersistence = 'u' AND \(AdviceSQL.isUsersSchema) AND \(AdviceSQL.isOwn("t.oid"))
        """
}
