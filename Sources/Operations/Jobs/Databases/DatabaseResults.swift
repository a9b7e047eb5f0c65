package import JobModel

/// How a run went on each of several databases, and what that makes of the run.
package struct DatabaseResults: Sendable {
    package struct Entry: Sendable {
        package let database: ServerText
        package var result: JobResult

        package init(database: ServerText, result: JobResult) {
            self.database = database
            self.result = result
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// Succeeded where all did, failed where nothing came of any, else partial.
    package var outcome: RunOutcome {
        let good = entries.filter { $0.result.outcome == .succeeded }.count
        if good == entries.count { return .succeeded }
        return good > 0 || entries.contains { $0.result.outcome == .partial } ? .partial : .failed
    }

    /// Which databases it did not go well with, and why; nil where there are none.
    package var message: String? {
        let bad = entries.filter { $0.result.outcome != .succeeded }
        guard !bad.isEmpty else { return nil }
        let told = bad.prefix(10).map { "\($0.database): \($0.result.message ?? $0.result.outcome.rawValue)" }
        let rest =
            bad.count > 10 ? "; and \(bad.count - 10) more: \(DatabaseChanges.listed(bad[10...].map(\.database)))" : ""
        return "\(bad.count) of \(entries.count) databases: " + told.joined(separator: "; ") + rest
    }

    /// That of the failures where they all have one, else that of a partial run.
    package var category: FailureCategory? {
        switch outcome {
        case .succeeded: return nil
        case .failed:
            let categories = Set(entries.map(\.result.category))
            return categories.count == 1 ? categories.first.flatMap { $0 } : .failed
        default: return .partial
        }
    }

    /// Indices of those whose failure another attempt could mend.
    var worthRetrying: [Int] { entries.indices.filter { entries[$0].result.isWorthRetrying } }
}
