import JobModel
import Postgres

extension CleanSurvey {
    func rows(_ facts: CleanFacts) -> CleanRows {
        CleanRows(
            table: facts.name, column: facts.column, columnType: facts.columnType, cutoff: facts.cutoff,
            condition: condition)
    }

    /// The server plans it, and runs nothing.
    func checkCondition(_ facts: CleanFacts, _ catalogue: CleanCatalogue) async throws {
        guard let condition else { return }
        let volatile = try await catalogue.volatileFunctions(among: condition.calledNames)
        guard volatile.isEmpty else {
            throw CleanError.conditionRefused(
                condition.text, reason: "\(volatile.joined(separator: ", ")) can answer otherwise each time")
        }
        do {
            try await session.execute("EXPLAIN \(rows(facts).count)")
        } catch PostgresError.statement(let failure) where ["42", "22", "0A"].contains(failure.sqlState.errorClass) {
            throw CleanError.conditionRefused(condition.text, reason: failure.message)
        }
    }

    /// Partial indexes that the server's planner takes for these rows.
    func provenIndexes(_ facts: CleanFacts) async throws -> Set<ServerText> {
        var proven: Set<ServerText> = []
        for leaf in facts.leaves {
            for index in leaf.indexes where index.isPartial && index.isBTree && !index.keys.isEmpty {
                let statement = CleanStatements(rows: rows(facts), leaf: leaf.name)
                    .batch(along: index, from: nil, limit: tuning.firstBatchRows)
                let plan = try await session.query("EXPLAIN (COSTS off) \(statement)")
                let lines = try plan.rows.map { try $0.text("QUERY PLAN").text }
                if lines.contains(where: {
                    $0.contains("using \(index.name) on") || $0.contains("using \(index.name.quotedAsIdentifier) on")
                }) {
                    proven.insert(index.name)
                }
            }
        }
        return proven
    }
}
