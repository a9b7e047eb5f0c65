import JobModel
import Postgres

/// Brings statistics, and the space of deleted rows, up to date.
struct CleanAftercare: Sendable {
    /// From which part of the table on: statistics, and the dead rows.
    private static let fractionToAnalyze = 0.01
    private static let fractionToVacuum = 0.05
    /// What VACUUM does between two rests, in the server's own units of cost: some half a millisecond of CPU. The
    /// server's default of 200, rested 2 ms, keeps a core busy for four fifths of the time.
    private static let vacuumCostLimit = 50
    private static let vacuumStretch = 0.5

    let session: Session
    let plan: CleanPlan
    /// By DELETE; what was dropped leaves nothing behind.
    let deletedRows: Int64
    /// The part of the time that belongs to the clean-up.
    let duty: Double

    struct Result: Sendable {
        var vacuumed = false
        var analyzed = false
        var warnings: [String] = []
    }

    private var fraction: Double {
        Double(deletedRows) / Double(max(plan.tableRows ?? deletedRows, deletedRows, 1))
    }

    /// Between two stretches of VACUUM, in milliseconds; the server takes 100 at most, and 0 turns throttling off.
    private var vacuumRest: Double {
        min(Self.vacuumStretch * (1 - duty) / duty, 100)
    }

    /// Never throws but on cancellation: the rows are gone, whatever becomes of this.
    func execute(isAllowed: Bool) async throws -> Result {
        var result = Result()
        guard deletedRows > 0, fraction >= Self.fractionToAnalyze else { return result }
        do {
            try await session.execute("SET statement_timeout = 0")
            _ = session.drainNotices()
            if isAllowed, fraction > Self.fractionToVacuum {
                // A VACUUM by hand is not throttled by itself: it leaves the server to others as the batches did.
                try await session.execute("SET vacuum_cost_delay = \(vacuumRest)")
                try await session.execute("SET vacuum_cost_limit = \(Self.vacuumCostLimit)")
                for leg in plan.legs where leg.walk != .drop {
                    try await session.execute("VACUUM (SKIP_LOCKED, TRUNCATE off) \(leg.leaf.name.quoted)")
                }
                result.vacuumed = warnings(into: &result)
            }
            try await session.execute("ANALYZE (SKIP_LOCKED) \(plan.table.quoted)")
            result.analyzed = warnings(into: &result)
        } catch let error as PostgresError {
            result.warnings.append("VACUUM and ANALYZE could not be done: \(error.message)")
        }
        return result
    }

    /// What the server leaves undone (no privilege, a lock) it says in a warning. False where it did.
    private func warnings(into result: inout Result) -> Bool {
        let found = session.drainNotices().filter { $0.sqlState != SQLState("00000") }.map(\.message)
        result.warnings += found
        return found.isEmpty
    }
}
