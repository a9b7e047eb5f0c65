import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct RepackPlannerTests {
    private func plan(
        version: Int = 190_000, named: [String] = ["public.t"], _ change: (inout TableFacts) -> Void = { _ in }
    ) -> MaintainPlan {
        var table = TableFacts(
            name: SQLIdentifier(schema: "public", name: "t"),
            heap: .init(id: 1, rows: 1_000, pages: 100, deadRows: 1_001))
        change(&table)
        var facts = MaintainFacts(serverVersion: version)
        facts.tables = [table]
        var job = MaintainJob(database: "shop")
        job.repackedTables = named.compactMap(TablePattern.init)
        var plan = MaintainPlan()
        RepackPlanner(job: job, facts: facts).add(to: &plan)
        return plan
    }

    @Test func `rewrites a named table most of whose rows are dead`() {
        let step = plan().steps.first
        #expect(step?.statement == "REPACK (CONCURRENTLY, VERBOSE) \"public\".\"t\"")
        #expect(step?.reasons == ["1,001 of its rows are dead, more than those that live"])
        #expect(plan { $0.heap.deadRows = 1_000 }.steps.isEmpty)
    }

    @Test func `rewrites nothing that the job does not name, that has no rows of its own, or is PostgreSQL's`() {
        #expect(plan(named: ["public.u"]).steps.isEmpty)
        #expect(plan { $0.kind = .partitioned }.steps.isEmpty)
        #expect(plan { $0.kind = .materializedView }.steps.isEmpty)
        #expect(plan { $0.isSystem = true }.steps.isEmpty)
    }

    @Test func `needs PostgreSQL 19, and says so only where a job asks for it`() {
        let old = plan(version: 180_004)
        #expect(old.steps.isEmpty)
        #expect(old.warnings == ["REPACK (CONCURRENTLY) needs PostgreSQL 19: repack_tables is of no use here"])
        #expect(plan(version: 180_004, named: []).warnings.isEmpty)
    }
}
