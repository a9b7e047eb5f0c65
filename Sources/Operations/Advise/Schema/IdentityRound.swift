/// How far runs have come with tables that are too many for one: each goes on from where the last one stopped.
struct IdentityRound: Codable, Sendable, Equatable {
    /// The sequence at which the last run stopped; nil where it came to the end.
    var after: UInt32?
    /// Sequences that were found behind their column: every run looks at them first, so that their findings close in time.
    var found: [UInt32] = []
    /// Whether the runs together have looked at every table at least once.
    var isComplete = false

    /// Those that were found before, then on from where the last run stopped, then from the beginning.
    func ordered(_ columns: [FilledColumn]) -> [FilledColumn] {
        let sorted = columns.sorted { ($0.sequence, $0.table) < ($1.sequence, $1.table) }
        let others = sorted.filter { !found.contains($0.sequence) }
        let ahead = others.filter { $0.sequence > after ?? 0 }
        return sorted.filter { found.contains($0.sequence) } + ahead + others.filter { $0.sequence <= after ?? 0 }
    }

    /// What to remember after a run that has looked at the first `count` of `asked`.
    func following(_ asked: [FilledColumn], lookedAt count: Int, found now: [UInt32]) -> IdentityRound {
        guard count < asked.count else { return IdentityRound(found: now, isComplete: true) }
        let others = asked.prefix(count).filter { !found.contains($0.sequence) }
        let ahead = asked.count { !found.contains($0.sequence) && $0.sequence > after ?? 0 }
        return IdentityRound(
            after: others.last?.sequence ?? after, found: now,
            isComplete: isComplete || after != nil && others.count >= ahead)
    }
}
