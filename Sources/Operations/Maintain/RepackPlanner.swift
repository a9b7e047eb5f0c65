import JobModel
import Postgres

/// Decides which of the tables that the job names for it REPACK (CONCURRENTLY) rewrites: from 19 on, and young.
///
/// Source: PostgreSQL 19 manual, REPACK. It needs a replica identity or primary key and about twice the table's space;
/// the server refuses what it cannot do.
struct RepackPlanner: Sendable {
    let job: MaintainJob
    let facts: MaintainFacts

    /// A table whose rows are to this part dead, after all VACUUMs before, is worth a copy.
    private static let leastDeadPart = 0.5

    func add(to plan: inout MaintainPlan) {
        guard !job.repackedTables.isEmpty else { return }
        guard facts.serverVersion >= 190_000 else {
            plan.warnings.append("REPACK (CONCURRENTLY) needs PostgreSQL 19: repack_tables is of no use here")
            return
        }
        for table in facts.tables where job.repacks(table.name) && table.kind == .table && !table.isSystem {
            let dead = table.heap.deadRows
            guard dead > Self.leastDeadPart * (dead + max(table.heap.rows, 0)) else { continue }
            plan.steps.append(
                MaintainStep(
                    action: .repack, object: table.name, relations: [table.heap.id],
                    statement: MaintainStatement(serverVersion: facts.serverVersion).repack(table.name),
                    reasons: ["\(Quantities.count(Int(dead))) of its rows are dead, more than those that live"],
                    sizeInBytes: table.sizeInBytes(pageSize: facts.pageSize)))
        }
    }
}
