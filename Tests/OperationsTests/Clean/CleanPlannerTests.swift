import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct `the plan of a clean-up` {
    private static let name = SQLIdentifier(schema: "app", name: "sessions")
    private static let key = CleanFacts.Index.Key(column: "expires_at", type: "timestamp with time zone")
    private static let btree = CleanFacts.Index(name: "by_age", isBTree: true, isPartial: false, keys: [key])

    private static func leaf(_ name: ServerText = "sessions", bytes: Int64 = 200 << 20) -> CleanFacts.Leaf {
        var leaf = CleanFacts.Leaf(
            oid: 7, name: SQLIdentifier(schema: "app", name: name), sizeInBytes: bytes, rows: 1_000)
        leaf.indexes = [btree]
        return leaf
    }

    private static func facts(_ change: (inout CleanFacts) -> Void = { _ in }) -> CleanFacts {
        var facts = CleanFacts(
            oid: 7, name: name, column: "\"expires_at\"", columnType: "timestamp with time zone",
            cutoff: "2026-10-22 00:00:00+00", blockSizeInBytes: 8_192, isPartitioned: false, isOwner: true,
            hasDefaultPartition: false, leaves: [leaf()])
        facts.rows = 1_000
        facts.matchingRows = 300
        facts.stayingRows = 700
        change(&facts)
        return facts
    }

    private static func job(_ change: (inout CleanJob) -> Void = { _ in }) -> CleanJob {
        var job = CleanJob(
            database: "shop", table: "app.sessions", column: "expires_at", olderThan: .seconds(30 * 86_400))
        change(&job)
        return job
    }

    private static func plan(
        _ facts: CleanFacts, _ job: CleanJob = job(), isFirstRun: Bool = true, proven: Set<ServerText> = []
    ) -> CleanPlan {
        let condition = job.condition.flatMap { try? CleanCondition(parsing: $0) }
        return CleanPlanner(job: job, condition: condition, isFirstRun: isFirstRun, provenIndexes: proven).plan(facts)
    }

    private static func reference(hasIndex: Bool, bytes: Int64) -> CleanFacts.Reference {
        CleanFacts.Reference(
            child: SQLIdentifier(schema: "app", name: "events"), constraint: "events_fkey", columns: ["session_id"],
            action: .cascade, sizeInBytes: bytes, hasIndex: hasIndex, depth: 1)
    }

    private static func heavy(_ most: Double) -> CleanFacts.Reference {
        var reference = reference(hasIndex: true, bytes: 200 << 20)
        (reference.mostRowsPerRow, reference.rowsPerRow) = (most, 4)
        return reference
    }

    // MARK: - What is refused

    @Test func `refuses nothing where all is well`() {
        let plan = Self.plan(Self.facts())
        #expect(plan.refusals == [] && plan.notes == [])
        #expect(plan.legs.map(\.walk) == [.index(Self.btree)])
        #expect(plan.projection?.batches == 2)
    }

    @Test func `refuses each risk, and not where it is forced`() {
        let cases: [(CleanJob.Risk, CleanFacts, CleanJob)] = [
            (.fraction, Self.facts { $0.matchingRows = 301 }, Self.job()),
            (.fraction, Self.facts { $0.matchingRows = nil }, Self.job()),
            (.fraction, Self.facts { $0.stayingRows = nil }, Self.job()),
            (.index, Self.facts { $0.leaves[0].indexes = [] }, Self.job()),
            (.cascades, Self.facts { $0.references = [Self.reference(hasIndex: false, bytes: 2 << 20)] }, Self.job()),
            (.cascades, Self.facts { $0.references = [Self.reference(hasIndex: true, bytes: 101 << 20)] }, Self.job()),
            (.cascades, Self.facts { $0.references = [Self.heavy(100_001)] }, Self.job()),
            (.triggers, Self.facts { $0.triggers = ["audit"] }, Self.job()),
            (.age, Self.facts(), Self.job { $0.olderThan = .seconds(3_599) }),
        ]
        for (risk, facts, job) in cases {
            let refusals = Self.plan(facts, job).refusals
            #expect(refusals.map(\.risk) == [risk])
            #expect(refusals.first?.advice.contains("--force \(risk.rawValue)") == true)
            var forced = job
            forced.force = [risk]
            #expect(Self.plan(facts, forced).refusals == [])
        }
    }

    @Test func `takes as many rows of others along as are sane, and says how many`() {
        let plan = Self.plan(Self.facts { $0.references = [Self.heavy(100_000)] })
        #expect(plan.refusals == [] && plan.firstBatchRows == 1)
        #expect(
            plan.notes == [
                #"rows of "app"."events" go with them (about 4.0 for each row that goes, as many as 100,000 with a single one)"#
            ])
        let few = Self.plan(Self.facts { $0.references = [Self.heavy(999)] })
        #expect(few.notes == [#"rows of "app"."events" go with them (about 4.0 for each row that goes)"#])
    }

    @Test func `projects batches, time and WAL for the rows that are deleted one by one`() {
        let job = Self.job { ($0.partitions, $0.duty) = (.drop, 0.5) }
        let facts = Self.facts {
            $0.leaves = [Self.leaf("old"), Self.leaf("new", bytes: 1 << 20)]
            $0.leaves[0].isWhollyOld = true
            ($0.matchingRows, $0.stayingRows) = (11_000, 100_000)
        }
        let projection = Self.plan(facts, job).projection
        #expect(projection?.batches == 50 && projection?.seconds == 1)
        let bytes: Int64 = 10_000 * 120 + 1 << 20
        #expect(projection?.walBytes == bytes)
        let along = Self.facts {
            $0.references = [Self.heavy(0)]
            ($0.matchingRows, $0.stayingRows) = (10, 100)
        }
        let bytesOfAll: Int64 = 50 * (120 + 8_192)
        #expect(Self.plan(along).projection?.walBytes == bytesOfAll)
        #expect(Self.plan(Self.facts { $0.matchingRows = nil }).projection == nil)
    }

    @Test func `says the statement that mends it`() {
        let unindexed = Self.plan(Self.facts { $0.leaves[0].indexes = [] })
        #expect(
            unindexed.refusals[0].advice.contains(
                #"CREATE INDEX CONCURRENTLY ON "app"."sessions" ("expires_at");"#))
        let cascades = Self.plan(Self.facts { $0.references = [Self.reference(hasIndex: false, bytes: 2 << 20)] })
        #expect(
            cascades.refusals[0].advice.contains(#"CREATE INDEX CONCURRENTLY ON "app"."events" ("session_id");"#))
    }

    @Test func `holds only the first run to the fraction, and an empty table not at all`() {
        let facts = Self.facts { $0.matchingRows = 1_000 }
        #expect(Self.plan(facts, isFirstRun: false).refusals == [])
        #expect(Self.plan(Self.facts { ($0.matchingRows, $0.stayingRows) = (0, nil) }).refusals == [])
    }

    @Test(arguments: [Int64?.none, 0, 1_000_000]) func `believes no statistics about the fraction`(rows: Int64?) {
        let facts = Self.facts { ($0.rows, $0.matchingRows, $0.stayingRows) = (rows, 500, 10) }
        #expect(Self.plan(facts).refusals.map(\.risk) == [.fraction])
        #expect(Self.plan(Self.facts { $0.rows = rows }).refusals == [])
    }

    @Test func `asks for no more rows that stay than prove the fraction`() {
        #expect(CleanPlanner.rowsToStay(beside: 300, atMost: 0.3).map { (701...702).contains($0) } == true)
        #expect(CleanPlanner.rowsToStay(beside: 5, atMost: 1) == nil)
        #expect(CleanPlanner.rowsToStay(beside: 0, atMost: 0.1) == nil)
        #expect(CleanPlanner.rowsToStay(beside: 1, atMost: .leastNonzeroMagnitude) == 1_000_000_000_000_001)
    }

    @Test func `lets small tables be read from end to end`() {
        let small = Self.facts {
            $0.leaves = [Self.leaf(bytes: 100 << 20)]
            $0.leaves[0].indexes = []
            $0.references = [Self.reference(hasIndex: false, bytes: 1 << 20)]
        }
        let plan = Self.plan(small)
        #expect(plan.refusals == [])
        #expect(plan.legs.map(\.walk) == [.blocks(brin: nil)])
        #expect(plan.notes == [#"rows of "app"."events" go with them"#])
    }

    // MARK: - How

    @Test func `takes the index with the most keys, a partial one only where it is proven, a BRIN last`() {
        let longer = CleanFacts.Index(
            name: "longer", isBTree: true, isPartial: false,
            keys: [Self.key, CleanFacts.Index.Key(column: "id", type: "bigint")])
        let partial = CleanFacts.Index(name: "partial", isBTree: true, isPartial: true, keys: [Self.key])
        let brin = CleanFacts.Index(name: "brin", isBTree: false, isPartial: false, keys: [Self.key])
        func walk(_ indexes: [CleanFacts.Index], proven: Set<ServerText> = []) -> CleanPlan.Walk? {
            Self.plan(Self.facts { $0.leaves[0].indexes = indexes }, proven: proven).legs.first?.walk
        }
        #expect(walk([Self.btree, longer, brin]) == .index(longer))
        #expect(walk([partial, brin]) == .blocks(brin: "brin"))
        #expect(walk([partial, brin], proven: ["partial"]) == .index(partial))
        #expect(walk([partial]) == .blocks(brin: nil))
    }

    @Test func `drops a partition that is old as a whole where it may, and else says why not`() {
        func partitioned(_ change: (inout CleanFacts) -> Void = { _ in }) -> CleanFacts {
            Self.facts {
                $0.isPartitioned = true
                $0.leaves = [Self.leaf("old"), Self.leaf("new")]
                $0.leaves[0].isWhollyOld = true
                change(&$0)
            }
        }
        let dropping = Self.job { $0.partitions = .drop }
        let plan = Self.plan(partitioned(), dropping)
        #expect(plan.legs.map(\.walk) == [.drop, .index(Self.btree)])
        #expect(
            plan.statements.prefix(2) == [
                #"ALTER TABLE "app"."sessions" DETACH PARTITION "app"."old" CONCURRENTLY"#, #"DROP TABLE "app"."old""#,
            ])
        #expect(Self.plan(partitioned()).notes.first?.contains("partitions = \"drop\"") == true)
        let obstacles: [(CleanFacts, CleanJob, String)] = [
            (partitioned(), Self.job { ($0.partitions, $0.condition) = (.drop, "a = 1") }, "a condition"),
            (partitioned { $0.hasDefaultPartition = true }, dropping, "default partition"),
            (partitioned { $0.references = [Self.reference(hasIndex: true, bytes: 1)] }, dropping, "foreign keys"),
            (partitioned { $0.isOwner = false }, dropping, "owner"),
        ]
        for (facts, job, reason) in obstacles {
            let plan = Self.plan(facts, job)
            #expect(!plan.legs.contains { $0.walk == .drop })
            #expect(plan.notes.contains { $0.contains(reason) }, "\(plan.notes)")
        }
    }
}
