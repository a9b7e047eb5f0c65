import JobModel
import Postgres

/// Detaches a partition without stopping those who use the table, proves that all its rows are old, and drops it.
///
/// Source: PostgreSQL manual, "ALTER TABLE", `DETACH PARTITION … CONCURRENTLY` (PostgreSQL 14 and later).
struct PartitionDrop: Sendable {
    let session: Session
    let statements: CleanStatements
    let leaf: CleanFacts.Leaf
    let tuning: CleanTuning

    /// The number of rows that went with it. A detachment that is broken off is ended by the next run.
    func execute() async throws -> Int64 {
        try await session.execute("SET statement_timeout = \(tuning.detachTimeout.wholeMilliseconds)")
        try await session.execute(leaf.isDetachPending ? statements.finalize : statements.detach)
        try await session.execute("SET statement_timeout = \(tuning.countTimeout.wholeMilliseconds)")
        let rows = try await proveOld()
        try await session.execute(statements.drop)
        try await session.execute("SET statement_timeout = \(tuning.batchTimeout.wholeMilliseconds)")
        return rows
    }

    private func proveOld() async throws -> Int64 {
        let rows = statements.rows
        let row = try await session.query(
            """
            SELECT count(*) AS rows, count(*) FILTER (WHERE \(rows.predicate)) AS old
              FROM \(rows.source(leaf.name))
            """
        ).onlyRow()
        guard try row.int64("rows") == row.int64("old") else {
            throw CleanError.table(
                leaf.name.description, reason: "it is detached, but holds rows that are not old, and is kept",
                hint: "Look at its rows, then attach it again or drop it.")
        }
        return try row.int64("rows")
    }
}
