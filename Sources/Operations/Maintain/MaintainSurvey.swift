import JobModel
import Postgres

/// Looks at a database and decides: the plan, and what the run needs to know beyond it. Changes nothing.
struct MaintainSurvey: Sendable {
    let job: MaintainJob
    let memory: any JobMemory
    /// Under which name things are remembered; nil where nothing is.
    let memoryName: String?

    struct Result: Sendable {
        var facts: MaintainFacts
        /// Leftovers and tables, in the order in which they are done.
        var plan = MaintainPlan()
        /// What comes after all else; nil where nothing does.
        var closing: MaintainStep?
        /// Nil where no index is to be rebuilt.
        var indexes: IndexSurvey?
        /// Before the tables were maintained, without a measurement.
        var findings = IndexSurvey.Findings()
        var leftovers = IndexLeftovers.Memory()
    }

    func run(on session: Session) async throws -> Result {
        let facts = try await MaintainFacts.gather(on: session)
        var result = Result(facts: facts)
        guard !facts.isInRecovery else { return result }
        result.plan = MaintainPlanner(job: job, facts: facts).plan()
        result.plan.settings = MaintainSettings.statements(costLimit: job.costLimit)
        if job.reindex == .bloated { try await lookAtIndexes(on: session, &result) }
        RepackPlanner(job: job, facts: facts).add(to: &result.plan)
        let statement = MaintainStatement(serverVersion: facts.serverVersion)
        if result.plan.steps.contains(where: \.isVacuum), let last = statement.databaseStatistics {
            result.closing = MaintainStep(
                action: .databaseStatistics, object: nil, relations: [], statement: last,
                reasons: ["each VACUUM above leaves it out"], sizeInBytes: 0)
        }
        return result
    }

    private func lookAtIndexes(on session: Session, _ result: inout Result) async throws {
        let version = result.facts.serverVersion
        let planner = ReindexPlanner(job: job, serverVersion: version)
        if let refusal = planner.refusal {
            result.plan.warnings.append(refusal)
            return
        }
        let survey = IndexSurvey(planner: planner, memory: memory, memoryName: memoryName)
        result.findings = try await survey.run(on: session, measuringMiB: 0)
        result.indexes = survey
        if let memoryName { result.leftovers = await IndexLeftovers.Memory.recall(memoryName, from: memory) }
        LeftoverPlanner(job: job, serverVersion: version).add(
            result.findings.indexes, result.facts, memory: &result.leftovers, to: &result.plan)
    }
}

extension MaintainSurvey.Result {
    /// The plan as far as it can be known before the tables were maintained: a VACUUM changes what of an index is air.
    var foreseen: MaintainPlan {
        var plan = plan
        if let indexes {
            indexes.planner.add(findings.bloated, busy: facts.busy, to: &plan)
            if !findings.unmeasured.isEmpty {
                plan.warnings.append(
                    "a run reads up to \(indexes.planner.job.measureLimitInMiB) MiB to measure "
                        + "\(findings.unmeasured.count) large indexes, after all else: which of them are bloated is "
                        + "known only then")
            }
        }
        plan.steps += closing.map { [$0] } ?? []
        return plan
    }

    /// What of it are rebuilds.
    var foreseenRebuilds: [MaintainStep] { foreseen.steps.filter { $0.action == .reindex } }
}
