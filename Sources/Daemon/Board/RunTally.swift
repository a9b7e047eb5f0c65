package import JobModel

/// Counts what became of firings since the process began.
package struct RunTally: Sendable, Equatable {
    package struct Key: Hashable, Sendable {
        package let job: String
        package let kind: String
        package let outcome: RunOutcome

        package init(job: String, kind: String, outcome: RunOutcome) {
            self.job = job
            self.kind = kind
            self.outcome = outcome
        }
    }

    package private(set) var counts: [Key: Int] = [:]
    /// How many runs of each job were counted: where the number has changed, its history has.
    package private(set) var changes: [String: Int] = [:]

    package init() {}

    /// Takes a run that has ended, or that never began.
    package mutating func add(_ run: Run) {
        guard let outcome = run.outcome else { return }
        counts[Key(job: run.job, kind: run.kind, outcome: outcome), default: 0] += 1
        changes[run.job, default: 0] += 1
    }
}
