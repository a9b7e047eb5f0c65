import JobModel
import Postgres

/// Looks at a database and decides: the plan, and what the run needs to know beyond it. Changes nothing.
struct MaintainSurvey: Sendable {
    let job: MaintainJob
    let memory: any JobMemory
    /// Under which name things are remembered; nil where nothing is.
    let memoryName: String?
    /// Whether indexes are read to see how full they are; else it is said how many would be.
    let measures: Bool

    struct Result: Sendable {
        var facts: MaintainFacts
        var plan = MaintainPlan()
        var baselines = IndexBaselines()
        /// Indexes whose size is as good as it was ever seen, to be remembered.
        var soundIndexes: [IndexFacts] = []
        var allIndexes: [IndexFacts] = []
        var leftovers = IndexLeftovers.Memory()
    }

    /// The names of indexes to be measured to confirm what baselines say.
    private static let mostConfirmed = 3

    func run(on session: Session) async throws -> Result {
        let facts = try await MaintainFacts.gather(on: session)
        var result = Result(facts: facts)
        guard !facts.isInRecovery else { return result }
        result.plan = MaintainPlanner(job: job, facts: facts).plan()
        result.plan.settings = MaintainSettings.statements(costLimit: job.costLimit)
        if job.reindex == .bloated { try await addRebuilds(on: session, to: &result) }
        RepackPlanner(job: job, facts: facts).add(to: &result.plan)
        let statement = MaintainStatement(serverVersion: facts.serverVersion)
        if result.plan.steps.contains(where: \.isVacuum), let last = statement.databaseStatistics {
            result.plan.steps.append(
                MaintainStep(
                    action: .databaseStatistics, object: nil, relations: [], statement: last,
                    reasons: ["each VACUUM above leaves it out"], sizeInBytes: 0))
        }
        return result
    }

    // MARK: - Indexes

    private func addRebuilds(on session: Session, to result: inout Result) async throws {
        let planner = ReindexPlanner(job: job, serverVersion: result.facts.serverVersion)
        if let refusal = planner.refusal {
            result.plan.warnings.append(refusal)
            return
        }
        let indexes = try await IndexFacts.gather(on: session)
        result.allIndexes = indexes
        if let memoryName { result.baselines = await IndexBaselines.recall(memoryName, from: memory) }
        let leftovers = IndexLeftovers.find(in: indexes)
        try await addDrops(of: leftovers, to: &result)
        let ownLeftovers = Set(leftovers.map(\.index.id))
        for index in indexes where !index.isValid && !ownLeftovers.contains(index.id) {
            result.plan.warnings.append(
                "the index \(index.name.plainText) is invalid: it costs every write and serves nobody; "
                    + "DROP INDEX CONCURRENTLY \(index.name.quoted), and make it anew where it is missed")
        }
        var measurement = try await IndexMeasurement(
            session: session, limitInMiB: measures ? job.measureLimitInMiB : 0)
        var bloated: [IndexBloat] = []
        for (number, suspect) in planner.suspects(indexes, result.baselines).enumerated() {
            guard number < Self.mostConfirmed, let density = try await measurement.density(of: suspect.index) else {
                bloated.append(suspect)
                continue
            }
            if let confirmed = planner.measured(suspect.index, density: density) { bloated.append(confirmed) }
        }
        var unmeasured: Set<UInt32> = []
        for index in planner.unknowns(indexes, result.baselines) where index.method == "btree" {
            guard let density = try await measurement.density(of: index) else {
                if measurement.isPossible { unmeasured.insert(index.id) }
                continue
            }
            if let found = planner.measured(index, density: density) { bloated.append(found) }
        }
        let known = Set(bloated.map(\.index.id)).union(unmeasured)
        result.soundIndexes = indexes.filter { $0.isValid && !known.contains($0.id) }
        if !measures, !unmeasured.isEmpty {
            result.plan.warnings.append(
                "a run would first read up to \(job.measureLimitInMiB) MiB to measure \(unmeasured.count) large indexes: "
                    + "which of them are bloated is known only then")
        }
        planner.add(bloated, busy: result.facts.busy, to: &result.plan)
    }

    /// Before all else: a VACUUM would go through them, too.
    private func addDrops(of leftovers: [IndexLeftovers.Leftover], to result: inout Result) async throws {
        if let memoryName { result.leftovers = await IndexLeftovers.Memory.recall(memoryName, from: memory) }
        let statement = MaintainStatement(serverVersion: result.facts.serverVersion)
        var drops: [MaintainStep] = []
        for leftover in leftovers {
            let objection = IndexLeftovers.objection(
                to: leftover, memory: result.leftovers, now: result.facts.now,
                isTableBusy: result.facts.busy[leftover.index.table] != nil)
            let name = leftover.index.name
            if let objection {
                result.plan.passedOver.append(
                    .init(
                        object: name, cause: .unsafe,
                        text: "a REINDEX CONCURRENTLY has left it: \(objection); by hand: \(statement.dropIndex(name))")
                )
            } else {
                drops.append(
                    MaintainStep(
                        action: .dropIndex, object: name, relations: [leftover.index.table],
                        statement: statement.dropIndex(name),
                        reasons: ["a REINDEX CONCURRENTLY of \(leftover.original.name.plainText) has left it"],
                        sizeInBytes: 0))
            }
        }
        result.leftovers.keep(leftovers, now: result.facts.now)
        result.plan.steps.insert(contentsOf: drops, at: 0)
    }
}
