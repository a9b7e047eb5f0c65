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
        let refusals =
            [ageRefusal, fractionRefusal(facts), triggerRefusal(facts)].compactMap { $0 } + indexRefusals(legs, facts)
            + referenceRefusals(facts) + returnRefusals(facts) + weightRefusals(facts, weight)
        let batchRows = weight.firstBatch(usual: CleanTuning().firstBatchRows)
        return CleanPlan(
            oid: facts.oid, table: facts.name, rows: rows, legs: legs,
            refusals: refusals.filter { !job.force.contains($0.risk) },
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
    private func obstacleToDrop(_ leaf: CleanFacts.Leaf, _ facts: CleanFacts) -> String? {
        if condition != nil { return "a condition keeps some of their rows" }
        if facts.hasDefaultPartition { return "the table has a default partition" }
        if !facts.references.isEmpty { return "foreign keys refer to the table" }
        if !facts.isOwner { return "the role is not the table's owner" }
        return nil
    }

    // MARK: - What is refused

    private var ageRefusal: CleanRefusal? {
        guard job.olderThan < CleanJob.leastAge else { return nil }
        return CleanRefusal(
            .age, "rows would go that are younger than an hour", remedy: "Say an older_than of 1h or more.")
    }

    private func fractionRefusal(_ facts: CleanFacts) -> CleanRefusal? {
        guard isFirstRun, facts.matchingRows != 0, job.maxFraction < 1 else { return nil }
        guard let matching = facts.matchingRows, let staying = facts.stayingRows else {
            return CleanRefusal(
                .fraction, "its rows could not be counted in time, so it is not known how much of it would go",
                remedy: "See that an index leads to the old rows.")
        }
        let fraction = Double(matching) / Double(max(matching + staying, 1))
        guard fraction > job.maxFraction else { return nil }
        return CleanRefusal(
            .fraction,
            "this first run would delete \(Quantities.count(Int(matching))) of "
                + "\(Quantities.count(Int(matching + staying))) rows, "
                + "\(Self.percent(fraction)) of the table and more than max_fraction (\(Self.percent(job.maxFraction)))",
            remedy: "Look at the rows first, or raise max_fraction (--max-fraction).")
    }

    /// So many rows that stay prove that those that go are no more than the fraction; nil where nothing is to prove.
    static func rowsToStay(beside matching: Int64, atMost fraction: Double) -> Int64? {
        guard matching > 0, fraction < 1 else { return nil }
        return Int64(min((Double(matching) * (1 / fraction - 1)).rounded(.up), 1e15)) + 1
    }

    private static func percent(_ fraction: Double) -> String { "\(Int((fraction * 100).rounded())) %" }

    private func triggerRefusal(_ facts: CleanFacts) -> CleanRefusal? {
        guard !facts.triggers.isEmpty else { return nil }
        return CleanRefusal(
            .triggers, "deleting fires the triggers \(facts.triggers.joined(separator: ", "))",
            remedy: "See what they do for each row that goes.")
    }

    private func indexRefusals(_ legs: [CleanPlan.Leg], _ facts: CleanFacts) -> [CleanRefusal] {
        let unindexed = legs.filter { leg in
            leg.walk == .blocks(brin: nil) && leg.leaf.sizeInBytes > Self.smallTableInBytes
        }
        guard let first = unindexed.first else { return [] }
        let names = unindexed.map { "\($0.leaf.name) (\(Quantities.bytes(Int($0.leaf.sizeInBytes))))" }
        let remedy =
            facts.isPartitioned
            ? "Run on each of them, then on the table: CREATE INDEX CONCURRENTLY ON \(first.leaf.name.quoted) "
                + "(\(facts.column));"
            : "Run: CREATE INDEX CONCURRENTLY ON \(facts.name.quoted) (\(facts.column));"
        return [
            CleanRefusal(
                .index, "no index leads to the old rows of \(names.prefix(3).joined(separator: ", "))", remedy: remedy)
        ]
    }

    private func referenceRefusals(_ facts: CleanFacts) -> [CleanRefusal] {
        facts.references.filter { !$0.hasIndex && $0.sizeInBytes > Self.smallChildInBytes }.map { reference in
            let columns = reference.columns.map(\.quotedAsIdentifier).joined(separator: ", ")
            return CleanRefusal(
                .cascades,
                "each row that goes has \(reference.child) (\(Quantities.bytes(Int(reference.sizeInBytes)))) read from "
                    + "end to end, because no index serves its foreign key \(reference.constraint)",
                remedy: "Run: CREATE INDEX CONCURRENTLY ON \(reference.child.quoted) (\(columns));")
        }
    }

    /// Rows that go with others are of any age, and no count of old rows knows of them.
    private func returnRefusals(_ facts: CleanFacts) -> [CleanRefusal] {
        facts.references.filter { $0.isOwn && $0.action == .cascade }.map { reference in
            CleanRefusal(
                .cascades,
                "rows of \(reference.child) go with those that \(reference.constraint) refers to, "
                    + "however young they are, because it is ON DELETE CASCADE",
                remedy: "Make it ON DELETE SET NULL, or RESTRICT.")
        }
    }

    /// Batches bound the rows of the table, and not what goes with one of them.
    private func weightRefusals(_ facts: CleanFacts, _ weight: CascadeWeight) -> [CleanRefusal] {
        zip(facts.references, weight.most).compactMap { reference, most in
            guard let most else { return ignoranceRefusal(reference) }
            guard most > CascadeWeight.mostRows else { return nil }
            let verb = reference.action == .cascade ? "go" : "are changed"
            return CleanRefusal(
                .cascades,
                "as many as \(Quantities.count(Int(most))) rows of \(reference.child) \(verb) with a single row, in one "
                    + "transaction",
                remedy: "Delete those rows first, by a job of kind clean or sql.")
        }
    }

    /// Of a small table it does not matter.
    private func ignoranceRefusal(_ reference: CleanFacts.Reference) -> CleanRefusal? {
        guard reference.hasIndex, reference.sizeInBytes > Self.smallTableInBytes else { return nil }
        return CleanRefusal(
            .cascades,
            "no statistics tell how many rows of \(reference.child) "
                + "(\(Quantities.bytes(Int(reference.sizeInBytes)))) go with a single row",
            remedy: "Run: ANALYZE \(reference.child.quoted); the role needs SELECT on it to see them.")
    }

    // MARK: - What is worth knowing

    private func notes(_ facts: CleanFacts, _ legs: [CleanPlan.Leg], _ weight: CascadeWeight) -> [String] {
        var notes = zip(facts.references, weight.most).map(Self.note)
        if facts.columnType != CleanFacts.zonedType { notes.append(timezoneNote(facts)) }
        let droppable = facts.leaves.filter(\.isWhollyOld)
        if !droppable.isEmpty, !legs.contains(where: { $0.walk == .drop }) {
            let count = "\(droppable.count) partition\(droppable.count == 1 ? " is" : "s are") old as a whole"
            notes.append(
                obstacleToDrop(droppable[0], facts).map { "\(count), and not dropped, because \($0)" }
                    ?? "\(count): partitions = \"drop\" would drop them, which is far cheaper")
        }
        if let matching = facts.matchingRows, let rows = facts.rows, rows > 100_000, matching * 10 > rows * 9 {
            notes.append("nine tenths of the table go: copying the rest into a new table would be cheaper")
        }
        return notes
    }

    private func timezoneNote(_ facts: CleanFacts) -> String {
        if let zone = job.columnTimezone { return "\(facts.column) is taken for the local time of \(zone)" }
        return "\(facts.column) has no time zone, and could be local time: rows stay 12 hours longer, unless "
            + "column_timezone (--column-timezone) says of which zone it is"
    }

    /// From here on it is worth saying how many rows a single one takes along.
    private static let manyRows = 1_000.0

    private static func note(of reference: CleanFacts.Reference, most: Double?) -> String {
        let average = reference.rowsPerRow.map { rows in
            "about \(Int((rows * 10).rounded()) / 10).\(Int((rows * 10).rounded()) % 10) for each row that goes"
        }
        let atMost = most.flatMap { $0 < manyRows ? nil : "as many as \(Quantities.count(Int($0))) with a single one" }
        let figures = [average, atMost].compactMap { $0 }.joined(separator: ", ")
        let times = figures.isEmpty ? "" : " (\(figures))"
        return switch reference.action {
        case .cascade: "rows of \(reference.child) go with them\(times)"
        case .setNull, .setDefault: "rows of \(reference.child) are changed\(times)"
        case .noAction, .restrict:
            "a row that \(reference.child) refers to cannot go, and ends the run\(times)"
        }
    }
}
