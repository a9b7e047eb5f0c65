import JobModel
import Postgres

/// Decides what is vacuumed and analyzed, in which order, and what is left alone: facts in, plan out.
struct MaintainPlanner: Sendable {
    let job: MaintainJob
    let facts: MaintainFacts

    /// Before 16 each VACUUM reads all of pg_class: many tiny ones cost more than they bring.
    private static let mostTinyTables = 1_000
    private static let tinySizeInBytes = 1 << 20
    /// pg_statistic, of which the server makes no statistics. Source: its `pg_statistic.h`.
    private static let statisticsCatalogue: UInt32 = 2_619
    /// A transaction that is younger is everyday life.
    private static let notableHoldInSeconds = 300.0

    private var statement: MaintainStatement { MaintainStatement(serverVersion: facts.serverVersion) }

    func plan() -> MaintainPlan {
        var plan = MaintainPlan()
        let chosen = facts.tables.filter(isChosen)
        plan.tableCount = chosen.count
        var candidates: [Candidate] = []
        let parents = Set(facts.tables.filter { $0.kind == .partitioned }.map(\.heap.id))
        let byID = Dictionary(facts.tables.map { ($0.heap.id, $0) }) { first, _ in first }
        for table in chosen {
            guard let need = need(of: table, byID) else { continue }
            candidates += self.candidates(table, need, &plan)
        }
        candidates = withoutRepeatedAnalyze(candidates, parents)
        plan.steps = steps(candidates.sorted(by: Candidate.isBefore), &plan)
        plan.holders = facts.holders.filter { holder in
            holder.kind != .transaction || facts.now - (holder.holdsSince ?? facts.now) >= Self.notableHoldInSeconds
                || plan.passedOver.contains { $0.cause == .xminHolder && $0.text.contains(holder.text) }
        }
        return plan
    }

    /// Whether the job's patterns name it.
    func isChosen(_ table: TableFacts) -> Bool {
        job.covers(table.name)
    }

    // MARK: - Needs

    private func need(of table: TableFacts, _ byID: [UInt32: TableFacts]) -> TableNeed? {
        var need = TableNeed()
        if job.vacuum != .off, table.kind != .partitioned {
            need.vacuum = TableNeed.Vacuum(table, server: facts.autovacuum)
            if need.vacuum == nil, job.vacuum == .all {
                need.vacuum = TableNeed.Vacuum(reasons: ["every table is vacuumed"])
                need.vacuum?.isForDeadRowsOnly = false
                need.vacuum?.isToastOnly = false
            }
        }
        if job.analyze != .off, table.heap.id != Self.statisticsCatalogue {
            let leaves = facts.leaves(below: table.heap.id).compactMap { byID[$0] }
            need.analyze = TableNeed.Analyze(table, leaves: leaves, server: facts.autovacuum)
            if need.analyze == nil, job.analyze == .all {
                need.analyze = TableNeed.Analyze(reason: "every table is analyzed")
            }
        }
        return need == TableNeed() ? nil : need
    }

    // MARK: - What is done of it

    /// A statement that may be run, before it has its place.
    private struct Candidate {
        let table: TableFacts
        let step: MaintainStep
        /// Lower ones first.
        let rank: Int
        let score: Double

        static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
            if left.rank != right.rank { return left.rank < right.rank }
            if left.score != right.score { return left.score > right.score }
            if left.step.sizeInBytes != right.step.sizeInBytes { return left.step.sizeInBytes < right.step.sizeInBytes }
            return left.table.name.quoted < right.table.name.quoted
        }
    }

    /// Why a table that needs something is left alone; nil where it is not.
    private func reasonToPassOver(_ table: TableFacts) -> (MaintainPlan.PassedOver.Cause, String)? {
        if table.isSystem, !table.isPermitted {
            return (.notPermitted, "it belongs to PostgreSQL, and our role may not vacuum it")
        }
        let busy = facts.busy[table.heap.id] ?? table.toast.flatMap { facts.busy[$0.id] }
        return busy.map { (.busy, "\($0) works on it already") }
    }

    private func candidates(_ table: TableFacts, _ need: TableNeed, _ plan: inout MaintainPlan) -> [Candidate] {
        func passOver(_ cause: MaintainPlan.PassedOver.Cause, _ text: String) {
            plan.passedOver.append(.init(object: table.name, cause: cause, text: text))
        }
        if let (cause, text) = reasonToPassOver(table) {
            passOver(cause, text)
            return []
        }
        var candidates: [Candidate] = []
        if let vacuum = need.vacuum {
            if vacuum.urgency == .ordinary, isRecent(table.vacuumedAt) {
                passOver(.recent, "\(Self.joined(vacuum.reasons)); but it was vacuumed only just now")
            } else if vacuum.isForDeadRowsOnly, let holder = facts.holders.first(where: { $0.keepsAll(of: table) }) {
                passOver(
                    .xminHolder,
                    "\(Self.joined(vacuum.reasons)); none can be removed because of \(holder.text): \(holder.remedy)")
            } else {
                candidates.append(candidate(table, vacuum))
            }
        }
        if let analyze = need.analyze {
            if isRecent(table.analyzedAt) {
                passOver(.recent, "\(analyze.reason); but it was analyzed only just now")
            } else {
                candidates.append(candidate(table, analyze, after: candidates.first))
            }
        }
        return candidates
    }

    private func isRecent(_ instant: Double?) -> Bool {
        instant.map { facts.now - $0 < Double(job.minInterval.components.seconds) } ?? false
    }

    private func candidate(_ table: TableFacts, _ need: TableNeed.Vacuum) -> Candidate {
        let target = MaintainStatement.Target(
            table: table.name, hasChildren: table.hasChildren, isToastOnly: need.isToastOnly,
            truncates: job.truncates(table.name))
        let (action, kind): (MaintainStep.Action, MaintainStatement.Vacuum) =
            switch need.urgency {
            case .emergency: (.emergencyVacuum, .emergency)
            case .freezing: (.freeze, .freezing)
            case .ordinary: (.vacuum, .ordinary)
            }
        var step = step(action, table, statement.vacuum(target, kind), need.reasons)
        step.goals = need.goals
        let rank = need.urgency == .ordinary ? 3 : need.urgency.rawValue
        return Candidate(table: table, step: step, rank: rank, score: need.score)
    }

    /// Right after the table's VACUUM, where there is one; tables without statistics before all others.
    private func candidate(_ table: TableFacts, _ need: TableNeed.Analyze, after vacuum: Candidate?) -> Candidate {
        let step = step(
            .analyze, table, statement.analyze(table.name, hasChildren: table.hasChildren), [need.reason])
        if need.isMissing { return Candidate(table: table, step: step, rank: 2, score: need.score) }
        if let vacuum, vacuum.rank == 3 {
            return Candidate(table: table, step: step, rank: 3, score: vacuum.score)
        }
        return Candidate(table: table, step: step, rank: table.kind == .partitioned ? 5 : 4, score: need.score)
    }

    private func step(
        _ action: MaintainStep.Action, _ table: TableFacts, _ statement: ServerText, _ reasons: [String]
    ) -> MaintainStep {
        MaintainStep(
            action: action, object: table.name,
            relations: [table.heap.id] + (table.toast.map { [$0.id] } ?? []), statement: statement, reasons: reasons,
            sizeInBytes: table.sizeInBytes(pageSize: facts.pageSize))
    }

    // MARK: - The whole

    /// Before 18 an ANALYZE of a partitioned table does all below it, too.
    private func withoutRepeatedAnalyze(_ candidates: [Candidate], _ parents: Set<UInt32>) -> [Candidate] {
        guard facts.serverVersion < 180_000 else { return candidates }
        var done: Set<UInt32> = []
        for candidate in candidates where candidate.step.action == .analyze && parents.contains(candidate.table.heap.id)
        {
            done.formUnion(facts.leaves(below: candidate.table.heap.id))
            done.formUnion(facts.partitioned(below: candidate.table.heap.id))
        }
        return candidates.filter { $0.step.action != .analyze || !done.contains($0.table.heap.id) }
    }

    private func steps(_ candidates: [Candidate], _ plan: inout MaintainPlan) -> [MaintainStep] {
        var steps: [MaintainStep] = []
        var tinyTables = 0
        for candidate in candidates {
            if facts.serverVersion < 160_000, candidate.step.action == .vacuum,
                candidate.step.sizeInBytes < Self.tinySizeInBytes
            {
                tinyTables += 1
                if tinyTables > Self.mostTinyTables {
                    plan.passedOver.append(
                        .init(
                            object: candidate.table.name, cause: .limit,
                            text:
                                "\(Self.joined(candidate.step.reasons)); but \(Quantities.count(Self.mostTinyTables)) "
                                + "small tables are enough for one run on this version"))
                    continue
                }
            }
            steps.append(candidate.step)
        }
        return steps
    }

    private static func joined(_ reasons: [String]) -> String { reasons.joined(separator: "; ") }
}
