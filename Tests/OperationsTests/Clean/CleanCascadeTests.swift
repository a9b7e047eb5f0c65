import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

/// What goes along with a row, of other tables.
@Suite struct `rows that go with others` {
    private static func events(_ action: String, heavy: Int, on session: Int) -> ServerText {
        CleanBench.sessions + """
            CREATE TABLE events (id bigserial PRIMARY KEY, session bigint REFERENCES sessions ON DELETE \(ServerText(action)));
            CREATE INDEX ON events (session); INSERT INTO events (session) SELECT id FROM sessions;
            INSERT INTO events (session) SELECT \(session) FROM generate_series(1, \(heavy)); ANALYZE events;
            """
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `are estimated for the row that takes the most along, and make the first batch smaller`(
        binFolder: String
    ) async throws {
        let bench = try await CleanBench(Self.events("CASCADE", heavy: 4_000, on: 5), on: binFolder)
        let plan = try await bench.operation().preview()
        #expect(plan.refusals == [])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("as many as 4,00"), "\(plan.notes)")
        #expect((2...5).contains(plan.firstBatchRows))
        #expect(plan.statements[0].text.contains("LIMIT \(plan.firstBatchRows) FOR UPDATE"))
        let report = try await bench.operation().execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 400)
        // Eight where they were of fifty from the beginning.
        #expect(report.batches > 12)
        #expect(try await bench.count("events") == 1_600)
    }

    @Test func `do not count where they belong to a row that stays`() async throws {
        let bench = try await CleanBench(Self.events("CASCADE", heavy: 4_000, on: 1))
        let plan = try await bench.operation().preview()
        #expect(plan.notes.count == 1 && !plan.notes[0].contains("as many as"), "\(plan.notes)")
        #expect(plan.firstBatchRows == 200)
    }

    @Test(arguments: [("CASCADE", "go with a single row"), ("SET NULL", "are changed with a single row")])
    func `are refused where a single row takes too many, unless forced`(action: String, words: String) async throws {
        let bench = try await CleanBench(Self.events(action, heavy: 101_000, on: 5))
        let error = await #expect(throws: CleanError.self) { try await bench.operation().execute() }
        guard case .refused(_, let refusals)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusals.map(\.risk) == [.cascades] && refusals[0].message.contains(words), "\(refusals)")
        #expect(try await bench.count() == 2_000)
        var tuning = CleanBench.tuning
        tuning.batchTimeout = .seconds(300)
        let report = try await bench.operation(CleanBench.job { $0.force = [.cascades] }, tuning: tuning).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 400)
    }

    @Test func `are estimated for partitions and for keys of several columns`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                ALTER TABLE sessions ADD half int NOT NULL DEFAULT 1, ADD UNIQUE (id, half);
                CREATE TABLE events (session bigint, half int, FOREIGN KEY (session, half) REFERENCES sessions (id, half)
                                     ON DELETE CASCADE) PARTITION BY HASH (session);
                CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                CREATE INDEX ON events (session, half); INSERT INTO events SELECT id, 1 FROM sessions;
                INSERT INTO events SELECT 5, 1 FROM generate_series(1, 3000); ANALYZE events_0; ANALYZE events_1;
                """)
        let plan = try await bench.operation().preview()
        #expect(plan.notes.contains { $0.contains("as many as 3,0") }, "\(plan.notes)")
    }

    // MARK: - Those of those

    private static func reference(
        _ oid: UInt32, to referenced: UInt32, depth: Int, most: Double?, rows: Int64,
        action: CleanFacts.Reference.Action = .cascade
    ) -> CleanFacts.Reference {
        var reference = CleanFacts.Reference(
            child: SQLIdentifier(schema: "app", name: "t\(oid)"), constraint: "fk", columns: ["a"], action: action,
            sizeInBytes: 1_000, hasIndex: true, depth: depth)
        (reference.oid, reference.referenced) = (oid, referenced)
        (reference.mostRowsPerRow, reference.rows) = (most, rows)
        return reference
    }

    @Test func `take their own along, and never more than there are`() {
        // Ten rows of 2 for each of 1, five of 3 for each of 2 on average, and 4 is a circle back to 2.
        let chain = [
            Self.reference(4, to: 3, depth: 2, most: 1, rows: 1_000),
            Self.reference(3, to: 2, depth: 2, most: 20, rows: 500),
            Self.reference(2, to: 1, depth: 1, most: 10, rows: 100),
            Self.reference(2, to: 4, depth: 2, most: 1, rows: 100),
        ]
        let most = CascadeWeight(chain).most
        #expect(most[2] == 10)
        #expect((50...500).contains(most[1] ?? 0))
        #expect(most.compactMap { $0 }.count == 4 && (most[0] ?? 0) <= 1_000 && (most[3] ?? 0) <= 100)
        let unknown = CascadeWeight([Self.reference(2, to: 1, depth: 1, most: nil, rows: 5)])
        #expect(unknown.most == [nil] && unknown.heaviest == 0 && unknown.firstBatch(usual: 200) == 200)
        let restricted = CascadeWeight([Self.reference(2, to: 1, depth: 1, most: 50, rows: 90, action: .restrict)])
        #expect(restricted.most == [0] && restricted.average == 0)
    }

    @Test(arguments: [(0.0, 0.0, 200), (9, 100, 200), (19, 0, 100), (0, 1_000, 20), (0, 1e9, 1), (5_000, 0, 1)])
    func `make a first batch as small as they are many`(average: Double, most: Double, rows: Int) {
        var reference = Self.reference(2, to: 1, depth: 1, most: most, rows: 1_000_000_000)
        reference.rowsPerRow = average
        #expect(CascadeWeight([reference]).firstBatch(usual: 200) == rows)
    }
}
