import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct MaintainPlannerTests {
    /// A table of so many rows that needs nothing.
    private func table(
        _ name: String, id: UInt32 = 1, rows: Double = 10_000, _ change: (inout TableFacts) -> Void = { _ in }
    ) -> TableFacts {
        var table = TableFacts(
            name: SQLIdentifier(schema: "public", name: ServerText(name)),
            heap: .init(id: id, rows: rows, pages: Int(rows) / 100, xidAge: 1_000_000))
        change(&table)
        return table
    }

    private func facts(_ tables: [TableFacts], version: Int = 180_000) -> MaintainFacts {
        var facts = MaintainFacts(serverVersion: version)
        facts.now = 1_000_000
        facts.tables = tables
        return facts
    }

    private func plan(_ facts: MaintainFacts, _ change: (inout MaintainJob) -> Void = { _ in }) -> MaintainPlan {
        var job = MaintainJob(database: "shop")
        change(&job)
        return MaintainPlanner(job: job, facts: facts).plan()
    }

    /// Action and table of each step.
    private func titles(_ plan: MaintainPlan) -> [String] {
        plan.steps.map { "\($0.action.rawValue) \($0.object?.name.text ?? "")" }
    }

    // MARK: - Need

    @Test func `leaves a table alone that is below every threshold`() {
        let quiet = table("quiet") {
            $0.heap.deadRows = 2_050
            $0.heap.insertedRows = 3_000
            $0.modifiedRows = 1_050
        }
        let plan = plan(facts([quiet]))
        #expect(plan.steps == [])
        #expect(plan.tableCount == 1)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [String]
        let change: @Sendable (inout TableFacts) -> Void

        init(_ description: String, _ steps: [String], _ change: @escaping @Sendable (inout TableFacts) -> Void) {
            testDescription = description
            self.steps = steps
            self.change = change
        }
    }

    @Test(arguments: [
        Case("dead rows", ["vacuum t"]) { $0.heap.deadRows = 2_051 },
        Case("inserted rows", ["vacuum t"]) { $0.heap.insertedRows = 3_001 },
        Case("changed rows", ["analyze t"]) { $0.modifiedRows = 1_051 },
        Case("both", ["vacuum t", "analyze t"]) { ($0.heap.deadRows, $0.modifiedRows) = (5_000, 5_000) },
        Case("its own threshold", ["vacuum t"]) {
            $0.heap.deadRows = 11
            $0.heap.options = ["autovacuum_vacuum_threshold": "10", "autovacuum_vacuum_scale_factor": "0"]
        },
        Case("a higher threshold of its own", []) {
            $0.heap.deadRows = 5_000
            $0.heap.options = ["autovacuum_vacuum_scale_factor": "0.9"]
        },
        Case("its own greatest threshold", ["vacuum t"]) {
            $0.heap.deadRows = 501
            $0.heap.options = ["autovacuum_vacuum_max_threshold": "500"]
        },
        Case("its own threshold of inserts", ["vacuum t"]) {
            $0.heap.insertedRows = 101
            $0.heap.options = [
                "autovacuum_vacuum_insert_threshold": "100", "autovacuum_vacuum_insert_scale_factor": "0",
            ]
        },
        Case("no vacuum for inserts", []) {
            $0.heap.insertedRows = 1_000_000
            $0.heap.options = ["autovacuum_vacuum_insert_threshold": "-1"]
        },
        Case("inserts, of which most are frozen", ["vacuum t"]) {
            $0.heap.insertedRows = 1_201
            $0.heap.frozenPages = 90
        },
        Case("dead rows of its TOAST table", ["vacuum t"]) { $0.toast = .init(id: 2, rows: 100, deadRows: 71) },
        Case("parameters of the TOAST table", []) {
            $0.toast = .init(
                id: 2, rows: 100, deadRows: 71, options: ["autovacuum_vacuum_threshold": "100"])
        },
        Case("the table's parameters for its TOAST table", []) {
            $0.toast = .init(id: 2, rows: 100, deadRows: 71)
            $0.heap.options = ["autovacuum_vacuum_threshold": "100"]
        },
        Case("age", ["freeze t"]) { $0.heap.xidAge = 160_000_001 },
        Case("not yet age", []) { $0.heap.xidAge = 160_000_000 },
        Case("age of multixacts", ["freeze t"]) { $0.heap.multixactAge = 320_000_001 },
        Case("age of the TOAST table", ["freeze t"]) { $0.toast = .init(id: 2, xidAge: 160_000_001) },
        Case("its own age", ["freeze t"]) {
            $0.heap.xidAge = 900_000
            $0.heap.options = ["autovacuum_freeze_max_age": "1000000"]
        },
        Case("an age of its own that the server does not allow", ["freeze t"]) {
            $0.heap.xidAge = 160_000_001
            $0.heap.options = ["autovacuum_freeze_max_age": "1500000000"]
        },
        Case("wraparound", ["emergency-vacuum t"]) { $0.heap.xidAge = 1_520_000_001 },
        Case("no statistics", ["analyze t"]) { $0.hasStatistics = false },
        Case("no statistics and no rows", []) {
            $0.hasStatistics = false
            $0.heap.rows = 0
            $0.heap.pages = 0
        },
        Case("no statistics though it was analyzed", []) { ($0.hasStatistics, $0.analyzedAt) = (false, 5) },
        Case("the server's own word", ["vacuum t", "analyze t"]) {
            ($0.serverSaysVacuum, $0.serverSaysAnalyze) = (true, true)
        },
    ])
    func `chooses by need`(example: Case) {
        let table = table("t", change)
        func change(_ table: inout TableFacts) { example.change(&table) }
        #expect(titles(plan(facts([table]))) == example.steps)
    }

    @Test func `takes the server's own settings where a table has none`() {
        var facts = facts([table("t") { $0.heap.deadRows = 101 }])
        facts.autovacuum = AutovacuumSettings(serverSettings: [
            "autovacuum_vacuum_threshold": "100", "autovacuum_vacuum_scale_factor": "0",
        ])
        #expect(titles(plan(facts)) == ["vacuum t"])
        facts.autovacuum = AutovacuumSettings(serverSettings: ["autovacuum_vacuum_max_threshold": "-1"])
        #expect(titles(plan(facts)) == [])
        facts.tables[0].heap.rows = 1_000_000_000
        facts.tables[0].heap.deadRows = 100_000_001
        #expect(titles(plan(facts)) == [])
        facts.autovacuum = AutovacuumSettings(serverSettings: ["autovacuum_vacuum_max_threshold": "100000000"])
        #expect(titles(plan(facts)) == ["vacuum t"])
    }

    @Test func `gives the counts as reasons`() {
        let plan = plan(facts([table("t") { ($0.heap.deadRows, $0.heap.xidAge) = (12_345, 170_000_000) }]))
        #expect(
            plan.steps.first?.reasons == [
                "170,000,000 transactions old; autovacuum must freeze at 200,000,000",
                "12,345 dead rows, more than 2,050",
            ])
    }

    @Test func `sets the age that called for it as the goal of freezing`() throws {
        let table = table("t") {
            ($0.heap.xidAge, $0.heap.multixactAge) = (170_000_000, 330_000_000)
            $0.toast = .init(id: 2, xidAge: 170_000_000, options: ["autovacuum_freeze_max_age": "1000000"])
        }
        let goals = try #require(plan(facts([table])).steps.first?.goals)
        #expect(
            goals == [
                FreezeGoal(relation: 1, mostTransactions: 160_000_000, mostMultixacts: 320_000_000),
                FreezeGoal(relation: 2, mostTransactions: 800_000),
            ])
        func shortfall(_ xids: Double, _ multixacts: Double) -> String? {
            goals[0].shortfall(.init(relation: 1, transactions: xids, multixacts: multixacts))
        }
        #expect(shortfall(160_000_000, 320_000_000) == nil)
        #expect(shortfall(160_000_001, 0) == "it could not be frozen, and is still 160,000,001 transactions old")
        #expect(shortfall(0, 320_000_001) == "it could not be frozen, and is still 320,000,001 multixacts old")
        #expect(plan(facts([self.table("t") { $0.heap.deadRows = 9_000 }])).steps.first?.goals == [])
    }

    // MARK: - Partitions

    private func partitions(parentAnalyzedAt: Double?) -> MaintainFacts {
        let parent = table("parent", id: 1, rows: -1) {
            $0.kind = .partitioned
            $0.heap.pages = 0
            $0.heap.xidAge = 0
            $0.hasChildren = true
            $0.analyzedAt = parentAnalyzedAt
        }
        let leaves = [2, 3].map { id in
            table("leaf\(id)", id: id) {
                $0.modifiedRows = 800
                ($0.analyzedAt, $0.autoanalyzedAt) = (500, 500)
            }
        }
        var facts = facts([parent] + leaves)
        facts.children = [1: [2, 3]]
        return facts
    }

    @Test func `analyzes a partitioned table for what changed in its partitions`() {
        // 2 × 800 since their own ANALYZE, and at least 2 × 1,050 before it: more than 2,050.
        #expect(titles(plan(partitions(parentAnalyzedAt: 100))) == ["analyze parent"])
        #expect(titles(plan(partitions(parentAnalyzedAt: 900))) == [])
        // The parent's own ANALYZE did them.
        var byHand = partitions(parentAnalyzedAt: 100)
        for index in 1...2 { byHand.tables[index].autoanalyzedAt = nil }
        #expect(titles(plan(byHand)) == [])
        var bare = partitions(parentAnalyzedAt: nil)
        bare.tables[0].hasStatistics = false
        #expect(titles(plan(bare)) == ["analyze parent"])
    }

    @Test func `names a parent by ONLY from 18 on, and does its partitions with it before`() {
        var facts = partitions(parentAnalyzedAt: 100)
        for index in 1...2 { facts.tables[index].modifiedRows = 2_000 }
        let new = plan(facts)
        #expect(titles(new) == ["analyze leaf2", "analyze leaf3", "analyze parent"])
        #expect(new.steps.last?.statement == "ANALYZE (VERBOSE, SKIP_LOCKED) ONLY \"public\".\"parent\"")
        facts.serverVersion = 170_000
        let old = plan(facts)
        #expect(titles(old) == ["analyze parent"])
        #expect(old.steps.last?.statement == "ANALYZE (VERBOSE, SKIP_LOCKED) \"public\".\"parent\"")
    }

    // MARK: - Order

    @Test func `puts wraparound first, then age, missing statistics, dead rows, and changes last`() {
        let tables = [
            table("changed", id: 1) { $0.modifiedRows = 9_000 },
            table("dead", id: 2) { $0.heap.deadRows = 3_000 },
            table("deader", id: 3) { ($0.heap.deadRows, $0.modifiedRows) = (9_000, 9_000) },
            table("large", id: 4) { ($0.heap.deadRows, $0.heap.pages) = (3_000, 90_000) },
            table("blank", id: 5) { $0.hasStatistics = false },
            table("old", id: 6) { $0.heap.xidAge = 170_000_000 },
            table("older", id: 7) { $0.heap.xidAge = 190_000_000 },
            table("ancient", id: 8) { $0.heap.xidAge = 1_900_000_000 },
        ]
        #expect(
            titles(plan(facts(tables))) == [
                "emergency-vacuum ancient", "freeze older", "freeze old", "analyze blank", "vacuum deader",
                "analyze deader", "vacuum dead", "vacuum large", "analyze changed",
            ])
    }

    @Test func `does no more small tables in one run than an old server bears`() {
        let tables = (1...1_002).map { id in table("t\(id)", id: UInt32(id)) { $0.heap.deadRows = 9_000 } }
        let old = plan(facts(tables, version: 150_000))
        #expect(old.steps.count == 1_000)
        #expect(old.passedOver.map(\.cause) == [.limit, .limit])
        #expect(plan(facts(tables, version: 160_000)).steps.count == 1_002)
    }

    // MARK: - Left alone

    @Test func `leaves what was done just now, what somebody works on, and what it may not touch`() {
        let needy: (inout TableFacts) -> Void = { $0.heap.deadRows = 9_000 }
        var facts = facts([
            table("recent", id: 1) {
                needy(&$0)
                $0.vacuumedAt = 999_500
            },
            table("busy", id: 2, needy),
            table("pg_class", id: 3) {
                needy(&$0)
                ($0.isSystem, $0.isPermitted) = (true, false)
            },
            table("foreign", id: 4) {
                needy(&$0)
                $0.isPermitted = false
            },
        ])
        facts.busy = [2: "autovacuum (process 7)"]
        let plan = plan(facts)
        // That a user's table is refused is for the server to say, and for somebody to read.
        #expect(titles(plan) == ["vacuum foreign"])
        #expect(plan.passedOver.map(\.cause) == [.recent, .busy, .notPermitted])
        #expect(plan.passedOver[1].text == "autovacuum (process 7) works on it already")
    }

    @Test func `asks for no statistics of the statistics`() {
        let table = table("pg_statistic", id: 2_619) { ($0.modifiedRows, $0.isSystem) = (9_000, true) }
        #expect(plan(facts([table])).steps == [])
        #expect(plan(facts([table])) { ($0.vacuum, $0.analyze) = (.off, .all) }.steps == [])
    }

    @Test func `freezes also what was vacuumed just now`() {
        let table = table("t") { ($0.heap.xidAge, $0.vacuumedAt) = (170_000_000, 999_999) }
        #expect(titles(plan(facts([table]))) == ["freeze t"])
    }

    private func holder(xidAge: Double = 100, since: Double?, catalogOnly: Bool = false) -> XminHolder {
        XminHolder(
            kind: .transaction, name: "4711", detail: "app", xidAge: xidAge, holdsSince: since,
            isCatalogOnly: catalogOnly)
    }

    @Test func `does not vacuum for dead rows that somebody keeps, and names him`() {
        var facts = facts([
            table("since", id: 1) { ($0.heap.deadRows, $0.vacuumedAt) = (9_000, 500) },
            table("before", id: 2) { ($0.heap.deadRows, $0.vacuumedAt) = (9_000, 300) },
            table("never", id: 3) { $0.heap.deadRows = 9_000 },
            table("young", id: 4) { ($0.heap.deadRows, $0.heap.xidAge) = (9_000, 90) },
            table("grown", id: 5) { ($0.heap.deadRows, $0.heap.insertedRows, $0.vacuumedAt) = (9_000, 9_000, 500) },
        ])
        facts.holders = [holder(since: 400)]
        let plan = plan(facts)
        #expect(Set(titles(plan)) == ["vacuum before", "vacuum never", "vacuum grown"])
        #expect(plan.passedOver.map(\.object.name.text) == ["since", "young"])
        #expect(plan.passedOver.first?.cause == .xminHolder)
        #expect(
            plan.passedOver.first?.text
                == "9,000 dead rows, more than 2,050; none can be removed because of the transaction of process 4711 "
                + "(app): let it end, or SELECT pg_terminate_backend(4711)")
        #expect(plan.holders.map(\.name) == ["4711"])
    }

    @Test func `does not take a slot's hold on the catalogue for one on users' tables`() {
        var facts = facts([
            table("t", id: 1) { ($0.heap.deadRows, $0.vacuumedAt) = (9_000, 500) },
            table("pg_class", id: 2) { ($0.heap.deadRows, $0.vacuumedAt, $0.isSystem) = (9_000, 500, true) },
        ])
        facts.holders = [holder(since: 400, catalogOnly: true)]
        #expect(titles(plan(facts)) == ["vacuum t"])
    }

    @Test func `says nothing of a transaction that has just begun`() {
        var facts = facts([table("t")])
        facts.holders = [holder(since: 999_999)]
        #expect(plan(facts).holders == [])
        facts.holders = [holder(since: 100)]
        #expect(plan(facts).holders.count == 1)
    }

    @Test func `keeps to the tables that it is told`() {
        let tables = ["orders", "orders_old", "users"].enumerated().map { index, name in
            table(name, id: UInt32(index + 1)) { $0.heap.deadRows = 9_000 }
        }
        #expect(
            titles(plan(facts(tables)) { $0.tables = [TablePattern("public.orders*")!] })
                == ["vacuum orders", "vacuum orders_old"])
        #expect(titles(plan(facts(tables)) { $0.excludedTables = [TablePattern("orders*")!] }) == ["vacuum users"])
        #expect(titles(plan(facts(tables)) { $0.vacuum = .off }) == [])
    }

    @Test func `does every table when it is told, the needy ones with their reasons`() {
        let plan = plan(facts([table("a", id: 1), table("b", id: 2) { $0.heap.deadRows = 9_000 }])) {
            ($0.vacuum, $0.analyze) = (.all, .off)
        }
        #expect(plan.steps.map(\.reasons) == [["9,000 dead rows, more than 2,050"], ["every table is vacuumed"]])
    }
}
