import JobModel
import Postgres

extension CleanSurvey {
    func counted(_ facts: CleanFacts) async throws -> CleanFacts {
        var facts = facts
        let counter = RowCount(session: session, tuning: tuning)
        facts.matchingRows = try await counter.count(rows(facts).count)
        facts.stayingRows = try await stayingRows(facts, counter)
        facts.rows = try await tableRows(facts, counter)
        facts.references = try await CascadeSurvey(
            session: session, tuning: tuning, rows: rows(facts), table: facts.oid
        ).weighed(facts.references)
        return facts
    }

    /// Counted, since statistics may be of another time: they would let a run delete everything.
    private func stayingRows(_ facts: CleanFacts, _ counter: RowCount) async throws -> Int64? {
        guard isFirstRun, let matching = facts.matchingRows,
            let limit = CleanPlanner.rowsToStay(beside: matching, atMost: job.maxFraction)
        else { return nil }
        // No index leads to what stays.
        return try await counter.count(rows(facts).countStaying(upTo: limit), allowing: [.sequential, .bitmap])
    }

    /// A small table is counted, a large one estimated from its statistics, where it has any.
    private func tableRows(_ facts: CleanFacts, _ counter: RowCount) async throws -> Int64? {
        let isLarge = facts.leaves.reduce(0) { $0 + $1.sizeInBytes } > CleanPlanner.smallTableInBytes
        let known = facts.leaves.compactMap(\.rows)
        guard !isLarge || known.count < facts.leaves.count else { return known.reduce(0, +) }
        return try await counter.count(
            "SELECT count(*) AS rows FROM \(facts.name.quoted)", allowing: [.sequential, .bitmap])
    }
}
