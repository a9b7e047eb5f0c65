import JobModel
import Postgres

/// Decides which leftovers of broken REINDEX CONCURRENTLYs are dropped: facts in, steps out.
struct LeftoverPlanner: Sendable {
    let job: MaintainJob
    /// As servers number themselves.
    let serverVersion: Int

    /// Adds the drops before all else, for a VACUUM would go through them too; and says what else is invalid. Only of
    /// the job's own tables; `memory` takes note of all.
    func add(
        _ indexes: [IndexFacts], _ facts: MaintainFacts, memory: inout IndexLeftovers.Memory,
        to plan: inout MaintainPlan
    ) {
        let leftovers = IndexLeftovers.find(in: indexes)
        var drops: [MaintainStep] = []
        for leftover in leftovers where job.covers(leftover.index.tableName) {
            let objection = IndexLeftovers.objection(
                to: leftover, memory: memory, now: facts.now, isTableBusy: facts.busy[leftover.index.table] != nil)
            if let objection {
                plan.passedOver.append(passedOver(leftover.index, objection))
            } else {
                drops.append(drop(leftover))
            }
        }
        plan.steps.insert(contentsOf: drops, at: 0)
        plan.warnings += warnings(indexes, besides: Set(leftovers.map(\.index.id)))
        memory.keep(leftovers, now: facts.now)
    }

    private var statement: MaintainStatement { MaintainStatement(serverVersion: serverVersion) }

    private func drop(_ leftover: IndexLeftovers.Leftover) -> MaintainStep {
        MaintainStep(
            action: .dropIndex, object: leftover.index.name, relations: [leftover.index.table],
            statement: statement.dropIndex(leftover.index.name),
            reasons: ["a REINDEX CONCURRENTLY of \(leftover.original.name.plainText) has left it"], sizeInBytes: 0)
    }

    private func passedOver(_ index: IndexFacts, _ objection: String) -> MaintainPlan.PassedOver {
        .init(
            object: index.name, cause: .unsafe,
            text: "a REINDEX CONCURRENTLY has left it: \(objection); by hand: \(statement.dropIndex(index.name))")
    }

    private func warnings(_ indexes: [IndexFacts], besides leftovers: Set<UInt32>) -> [String] {
        indexes.filter { !$0.isValid && !leftovers.contains($0.id) && job.covers($0.tableName) }.map { index in
            "the index \(index.name.plainText) is invalid: it costs every write and serves nobody; "
                + "DROP INDEX CONCURRENTLY \(index.name.quoted), and make it anew where it is missed"
        }
    }
}
