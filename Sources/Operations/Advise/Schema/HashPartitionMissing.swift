import JobModel
import Postgres

extension AdviceCheck {
    /// A table partitioned by hash without a partition for every remainder: some rows cannot be inserted.
    static let hashPartitionMissing = AdviceCheck(
        .hashPartitionMissing, "hash partitions that are missing", sql: { _ in HashPartitionMissing.query },
        finding: { row, _ in try HashPartitionMissing.finding(row) })
}

private enum HashPartitionMissing {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        let share = try row.double("covered")
        return Finding(
            .hashPartitionMissing, object: table, severity: .critical, confidence: .certain,
            summary: "its partitions take \(Int(share * 100)) % of the keys only: inserts of the others fail",
            evidence: [
                "partitions": .integer(try row.int("partitions")),
                "covered_percent": .number((share * 1_000).rounded() / 10),
            ],
            remedy: Remedy(
                [],
                advice:
                    "CREATE TABLE … PARTITION OF \(table) FOR VALUES WITH (MODULUS …, REMAINDER …) for what is missing.",
                lock: "SHARE UPDATE EXCLUSIVE on \(table): reads and writes go on.", risk: "None."),
            caveat: "A partition may be detached for a moment, to be attached again.")
    }

    /// A partition of modulus 4 takes a quarter.
    static let query: ServerText = """
        SELECT p.partrelid::pg_catalog.regclass::text AS table, pg_catalog.count(*) AS partitions,
          sum(1 / (pg_catalog.regexp_match(
            pg_catalog.pg_get_expr(c.relpartbound, c.oid), 'modulus ([0-9]+)'))[1]::float8) AS covered
        FROM pg_catalog.pg_partitioned_table p JOIN pg_catalog.pg_inherits h ON h.inhparent = p.partrelid
        JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid
        WHERE p.partstrat = 'h' AND c.relpartbound IS NOT NULL
        GROUP BY p.partrelid
        HAVING sum(1 / (pg_catalog.regexp_match(
          pg_catalog.pg_get_expr(c.relpartbound, c.oid), 'modulus ([0-9]+)'))[1]::float8) < 0.999999
        """
}
