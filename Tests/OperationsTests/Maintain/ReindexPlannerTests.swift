import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct ReindexPlannerTests {
    private func index(
        _ name: String, id: UInt32 = 10, mib: Int = 300, rows: Double = 1_000_000,
        _ change: (inout IndexFacts) -> Void = { _ in }
    ) -> IndexFacts {
        var index = IndexFacts(
            id: id, table: 1, name: SQLIdentifier(schema: "public", name: ServerText(name)),
            tableName: SQLIdentifier(schema: "public", name: "t"), method: "btree", bytes: mib << 20, rows: rows,
            definitionMD5: "d")
        change(&index)
        return index
    }

    private func planner(version: Int = 180_000, _ change: (inout MaintainJob) -> Void = { _ in }) -> ReindexPlanner {
        var job = MaintainJob(database: "shop")
        change(&job)
        return ReindexPlanner(job: job, serverVersion: version)
    }

    /// Baselines of an index when it had 100 MiB for a million rows.
    private func baselines(_ name: String = "i", _ change: (inout IndexFacts) -> Void = { _ in }) -> IndexBaselines {
        var baselines = IndexBaselines()
        baselines.note([index(name, mib: 100, change)], as: .seen)
        return baselines
    }

    // MARK: - Baselines

    @Test func `finds an index bloated that needs more than twice the bytes per row that it once did`() throws {
        let found = try #require(planner().suspects([index("i")], baselines()).first)
        #expect(found.confidence == .baseline)
        #expect(abs(found.ratio - 3) < 0.001)
        #expect(abs(found.wastedBytes - 200 << 20) < 1_000)
        #expect(planner().suspects([index("i", mib: 199)], baselines()).isEmpty)
        // As many bytes for twice the rows are none too many.
        #expect(planner().suspects([index("i", rows: 2_000_000)], baselines()).isEmpty)
    }

    @Test func `rebuilds nothing that frees too little`() {
        #expect(planner { $0.reindexMinWasteInMiB = 201 }.suspects([index("i")], baselines()).isEmpty)
        #expect(planner { $0.reindexMinWasteInMiB = 199 }.suspects([index("i")], baselines()).count == 1)
    }

    @Test func `has no baseline for an index of another definition`() {
        #expect(planner().suspects([index("i")], baselines { $0.definitionMD5 = "other" }).isEmpty)
        #expect(planner().unknowns([index("i")], baselines { $0.definitionMD5 = "other" }).count == 1)
    }

    @Test func `never rebuilds what is invalid, of an exclusion constraint, or left out`() {
        for change: (inout IndexFacts) -> Void in [{ $0.isValid = false }, { $0.isExclusion = true }] {
            #expect(planner().suspects([index("i", change)], baselines()).isEmpty)
        }
        #expect(planner { $0.excludedTables = [TablePattern("t")!] }.suspects([index("i")], baselines()).isEmpty)
    }

    @Test func `a baseline only gets better, unless the index was built anew`() {
        var known = baselines()
        func perRow() -> Double? { known.baseline(of: index("i"))?.bytesPerRow }
        let first = perRow()
        known.note([index("i")], as: .seen)
        #expect(perRow() == first)
        known.note([index("i", mib: 90)], as: .seen)
        #expect(perRow() ?? 0 < first ?? 0)
        known.note([index("i", mib: 120)], as: .rebuilt)
        #expect(perRow() ?? 0 > first ?? 0)
        known.keep(only: [])
        #expect(perRow() == nil)
    }

    @Test func `takes no baseline from an index that is mostly its first pages`() {
        var known = IndexBaselines()
        known.note([index("i", mib: 0, rows: 3) { $0.bytes = 16_384 }, index("j", rows: -1)], as: .seen)
        #expect(known.baselines.isEmpty)
    }

    @Test func `remembers baselines by the database's name`() async {
        let memory = RememberingMemory()
        let known = baselines()
        await known.remember("shop", in: memory)
        #expect(await IndexBaselines.recall("shop", from: memory) == known)
        #expect(await IndexBaselines.recall("other", from: memory) == IndexBaselines())
        #expect(memory.names == ["index-baseline/shop"])
    }

    // MARK: - Measuring

    /// Of an index of 300 MiB whose pages are all leaves but for 100 inner ones.
    private func fill(density: Double, leafPages: Int = 38_300) -> IndexFill {
        IndexFill(leafDensity: density, leafPages: leafPages, innerPages: 100, pageSize: 8_192)
    }

    @Test func `compares a measurement with the index's own fill factor`() throws {
        let full = index("i") { $0.fillFactor = 50 }
        #expect(planner().measured(full, fill(density: 45)) == nil)
        let bloated = try #require(planner().measured(full, fill(density: 20)))
        #expect(bloated.confidence == .measured)
        #expect(abs(bloated.ratio - 2.5) < 0.02)
        #expect(planner().measured(index("i"), fill(density: 90)) == nil)
        #expect(planner().measured(index("i"), fill(density: 99)) == nil)
    }

    @Test func `takes pages that are empty or deleted for air`() throws {
        let bloated = try #require(planner().measured(index("i"), fill(density: 90, leafPages: 9_600)))
        #expect(abs(bloated.ratio - 4) < 0.05)
        // Nothing is left in it.
        let bare = try #require(planner().measured(index("i"), fill(density: .nan, leafPages: 0)))
        #expect(bare.wastedBytes == 300 << 20 - 102 * 8_192)
    }

    // MARK: - The plan

    private func bloat(_ index: IndexFacts) -> IndexBloat {
        IndexBloat(index: index, ratio: 3, wastedBytes: index.bytes / 3 * 2, confidence: .measured)
    }

    @Test func `rebuilds the smallest first, and no more than the limit in all`() {
        var plan = MaintainPlan()
        let bloated = [index("large", mib: 600), index("small", mib: 200), index("middle", mib: 300)].map(bloat)
        planner { $0.reindexLimitInMiB = 500 }.add(bloated, busy: [:], to: &plan)
        #expect(plan.steps.map(\.object?.name.text) == ["small", "middle"])
        #expect(plan.steps.first?.statement == "REINDEX (CONCURRENTLY, VERBOSE) INDEX \"public\".\"small\"")
        #expect(plan.passedOver.map(\.cause) == [.limit])
    }

    @Test func `leaves an index alone whose table somebody works on`() {
        var plan = MaintainPlan()
        planner().add([bloat(index("i"))], busy: [1: "autovacuum (process 3)"], to: &plan)
        #expect(plan.steps.isEmpty)
        #expect(plan.passedOver.map(\.cause) == [.busy])
    }

    @Test func `refuses the versions that can corrupt an index`() {
        #expect([130_099, 140_004, 180_000].allSatisfy { planner(version: $0).refusal == nil })
        #expect([140_000, 140_003].allSatisfy { planner(version: $0).refusal?.contains("14.4") == true })
    }

    // MARK: - Pressure

    @Test func `begins no rebuild that standbys or slots cannot follow`() {
        #expect(ReplicationPressure().objection(toBegin: 1 << 40) == nil)
        #expect(ReplicationPressure(lagInBytes: 300 << 20).objection(toBegin: 1) == "a standby is 315 MB behind")
        let tight = ReplicationPressure(slotRoomInBytes: 100 << 20)
        #expect(tight.objection(toBegin: 49 << 20) == nil)
        #expect(tight.objection(toBegin: 51 << 20) == "a replication slot would be lost after 105 MB of WAL")
    }

    @Test func `stops a rebuild that standbys or slots do not follow`() {
        #expect(ReplicationPressure(lagInBytes: 300 << 20).objection(toGoOnWithRoom: nil) == nil)
        #expect(ReplicationPressure(lagInBytes: 2 << 30).objection(toGoOnWithRoom: nil) != nil)
        let tight = ReplicationPressure(slotRoomInBytes: 20 << 20)
        #expect(tight.objection(toGoOnWithRoom: 50 << 20) == nil)
        #expect(tight.objection(toGoOnWithRoom: 100 << 20) != nil)
    }

    // MARK: - Leftovers

    @Test(arguments: [
        ("i_ccnew", true), ("i_ccold", true), ("i_ccnew12", true), ("i_ccnewer", false), ("j_ccnew", false),
        ("i", false),
    ])
    func `knows what a broken rebuild has left`(name: String, isLeftover: Bool) {
        let leftover = index(name, id: 11) { $0.isValid = false }
        #expect(IndexLeftovers.find(in: [index("i"), leftover]).map(\.index.id) == (isLeftover ? [11] : []))
        #expect(IndexLeftovers.find(in: [index("i"), index(name, id: 11)]).isEmpty)
        var elsewhere = leftover
        elsewhere.table = 2
        #expect(IndexLeftovers.find(in: [index("i"), elsewhere]).isEmpty)
    }

    @Test func `knows a leftover whose name had to be cut`() {
        let name = String(repeating: "n", count: 63)
        let leftover = index(String(repeating: "n", count: 57) + "_ccnew", id: 11) { $0.isValid = false }
        #expect(IndexLeftovers.find(in: [index(name), leftover]).map(\.original.name.name.text) == [name])
    }

    @Test func `takes no stranger for a leftover`() {
        // A name that merely begins alike, on a name that was not cut.
        let name = String(repeating: "n", count: 63)
        let short = index(String(repeating: "n", count: 50) + "_ccnew", id: 11) { $0.isValid = false }
        #expect(IndexLeftovers.find(in: [index(name), short]).isEmpty)
        let other = index("i_ccnew", id: 11) { ($0.isValid, $0.definitionMD5) = (false, "other") }
        #expect(IndexLeftovers.find(in: [index("i"), other]).isEmpty)
    }

    @Test func `drops its own leftovers, and others' after a day`() throws {
        let leftover = try #require(
            IndexLeftovers.find(in: [index("i"), index("i_ccnew", id: 11) { $0.isValid = false }]).first)
        func objection(_ memory: IndexLeftovers.Memory, now: Double = 0, isBusy: Bool = false) -> String? {
            IndexLeftovers.objection(to: leftover, memory: memory, now: now, isTableBusy: isBusy)
        }
        var memory = IndexLeftovers.Memory()
        #expect(objection(memory) == "it is none of ours, and was seen for the first time")
        memory.keep([leftover], now: 1_000)
        #expect(objection(memory, now: 87_399) == "it is none of ours, and not yet a day old")
        #expect(objection(memory, now: 87_400) == nil)
        memory.begun = ["\"public\".\"i\""]
        #expect(objection(memory, now: 1_000) == nil)
        #expect(objection(memory, now: 1_000, isBusy: true) == "somebody works on its table")
    }
}
