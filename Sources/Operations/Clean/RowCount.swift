import JobModel
import Postgres

/// Counts rows, for as long as that may take.
struct RowCount: Sendable {
    let session: Session
    let tuning: CleanTuning

    /// `statement` returns one number, `rows`. Nil where it took too long, or where the role may not read what it names.
    /// What is cheap may take a twelfth of the time. Along any index, a BRIN too; `allowing` others where none leads
    /// to the rows.
    func count(
        _ statement: ServerText, isCheap: Bool = false, allowing scans: Set<CleanLimits.Scan> = [.bitmap]
    ) async throws -> Int64? {
        let limit = isCheap ? tuning.countTimeout / 12 : tuning.countTimeout
        do {
            return try await CleanLimits(session: session, tuning: tuning).with(statement: limit, allowing: scans) {
                try await session.query(statement).onlyRow().optionalInt64("rows")
            }
        } catch PostgresError.statement(let failure)
            where [.queryCanceled, .insufficientPrivilege, .lockNotAvailable].contains(failure.sqlState)
        {
            return nil
        }
    }
}
