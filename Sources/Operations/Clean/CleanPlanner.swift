import JobModel
import Postgres

/// Decides how the old rows of a table are deleted, and what is refused.
struct CleanPlanner: Sendable {
    /// A table up to this size may be read from end to end.
    static let smallTableInBytes: Int64 = 100 << 20
    /// A referring table up to this size may be.
    static let smallChildInBytes: Int64 = 1 << 20

    let job: CleanJob
    let condition: CleanCondition?
    /// A first run is held to ``CleanJob/maxFraction``.
    let isFirstRun: Bool
    /// Partial indexes that the planner of the server takes, by name.
    let provenIndexes: Set<ServerText>

    func plan(_ facts: CleanFacts) -> CleanPlan {
        let rows = CleanRows(
            table: facts.name, column: facts.column, columnType: facts.columnType, cutoff: facts.cutoff,
            condition: condition)
        let legs = facts.leaves.map { CleanPlan.Leg(leaf: $0, walk: walk($0, facts)) }
        let weight = CascadeWeight(facts.references)
        let batchRows = weight.firstBatch(usual: CleanTuning().firstBatchRows)
        return CleanPlan(
            oid: facts.oid, table: facts.name, rows: rows, legs: legs,
            refusals: refusals(facts, legs, weight).filter { !job.force.contains($0.risk) },
            notes: notes(facts, legs, weight), matchingRows: facts.matchingRows, tableRows: facts.rows,
            firstBatchRows: batchRows,
            projection: facts.matchingRows.map {
                CleanProjection(facts, legs: legs, matching: $0, batchRows: batchRows, duty: job.duty)
            })
    }

    // MARK: - How

    private func walk(_ leaf: CleanFacts.Leaf, _ facts: CleanFacts) -> CleanPlan.Walk {
        if leaf.isWhollyOld, obstacleToDrop(leaf, facts) == nil, job.partitions == .drop { return .drop }
        let usable = leaf.indexes.filter { !$0.isPartial || provenIndexes.contains($0.name) }
        let btrees = usable.filter { $0.isBTree && !$0.keys.isEmpty }
        // The more keys, the fewer rows share them all, and are looked at twice.
        if let best = btrees.max(by: { $0.keys.count < $1.keys.count }) { return .index(best) }
        return .blocks(brin: usable.first { !$0.isBTree }?.name)
    }

    /// Why a partition whose rows are all old cannot be dropped; nil where it can.
    func obstacleToDrop(_ leaf: CleanFacts.Leaf, _ facts: CleanFacts) -> String? {
        if condition != nil { return "a condition keeps some of their rows" }
        if facts.hasDefaultPartition { return "the table has a default partition" }
        if !facts.references.isEmpty { return "foreign keys refer to the table" }
        if !facts.isOwner { return "the role is not the table's owner" }
        return nil
    }
}
