import JobModel
import Postgres

/// What people should know of a plan.
extension CleanPlanner {
    func notes(_ facts: CleanFacts, _ legs: [CleanPlan.Leg], _ weight: CascadeWeight) -> [String] {
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
