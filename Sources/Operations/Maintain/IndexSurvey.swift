import JobModel
import Postgres

/// Looks at the indexes of a database: which of them are bloated, and how sure that is. Changes nothing.
struct IndexSurvey: Sendable {
    let planner: ReindexPlanner
    let memory: any JobMemory
    /// Under which name things are remembered; nil where nothing is.
    let memoryName: String?

    struct Findings: Sendable {
        var indexes: [IndexFacts] = []
        var baselines = IndexBaselines()
        var bloated: [IndexBloat] = []
        /// Indexes of which nothing is known, and which could be measured.
        var unmeasured: Set<UInt32> = []

        /// Those whose size is as good as it was ever seen, to be remembered.
        var sound: [IndexFacts] {
            let others = unmeasured.union(bloated.map(\.index.id))
            return indexes.filter { $0.isValid && !others.contains($0.id) }
        }
    }

    /// So many of those that baselines accuse are measured.
    private static let mostConfirmed = 3

    /// Reads so much of indexes to see how full they are; with zero, none.
    func run(on session: Session, measuringMiB limit: Int) async throws -> Findings {
        var findings = Findings(indexes: try await IndexFacts.gather(on: session))
        if let memoryName { findings.baselines = await IndexBaselines.recall(memoryName, from: memory) }
        var measurement = try await IndexMeasurement(session: session, limitInMiB: limit)
        for (number, suspect) in planner.suspects(findings.indexes, findings.baselines).enumerated() {
            guard number < Self.mostConfirmed, let fill = try await measurement.fill(of: suspect.index) else {
                findings.bloated.append(suspect)
                continue
            }
            if let confirmed = planner.measured(suspect.index, fill) { findings.bloated.append(confirmed) }
        }
        for index in planner.unknowns(findings.indexes, findings.baselines) where index.method == "btree" {
            guard let fill = try await measurement.fill(of: index) else {
                if measurement.isPossible { findings.unmeasured.insert(index.id) }
                continue
            }
            if let found = planner.measured(index, fill) { findings.bloated.append(found) }
        }
        return findings
    }
}
