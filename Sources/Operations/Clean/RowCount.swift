import JobModel
import Postgres

/// Counts rows, for as long as that may take.
struct RowCount: Sendable {
    let session: Session
    let tuning: CleanTuning

    /// `statement` returns one number, `rows`. Nil where it took too long, or where the role may not read what it names.
    /// What is cheap may take a twelfth of the time.
    func count(_ statement: ServerText, isCheap: Bool = false) async throws -> Int64? {
        let limit = isCheap ? tuning.countTimeout / 12 : tuning.countTimeout
        try await session.execute("SET statement_timeout = \(limit.wholeMilliseconds)")
        do {
            let rows = try await session.query(statement).onlyRow().int64("rows")
            try await restore()
            return rows
        } catch PostgresError.statement(let failure)
            where [.queryCanceled, .insufficientPrivilege, .lockNotAvailable].contains(failure.sqlState)
        {
            try await restore()
            return nil
        }
    }

    private func restore() async throws {
        try await session.execute("SET statement_timeout = \(tuning.batchTimeout.wholeMilliseconds)")
    }
}
