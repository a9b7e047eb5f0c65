import JobModel
import Postgres

/// What a run will not do, whether it is forced to or not.
extension CleanPlanner {
    func refusals(_ facts: CleanFacts, _ legs: [CleanPlan.Leg], _ weight: CascadeWeight) -> [CleanRefusal] {
        [ageRefusal, fractionRefusal(facts), triggerRefusal(facts)].compactMap { $0 } + indexRefusals(legs, facts)
            + referenceRefusals(facts) + returnRefusals(facts) + weightRefusals(facts, weight)
    }

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
}
