import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// How rows are come by where no index leads to just those that go.
@Suite struct `the way to old rows` {
    private static let notifications: ServerText = """
        CREATE TABLE notifications (id serial PRIMARY KEY, created_at timestamptz NOT NULL, read boolean NOT NULL);
        CREATE INDEX ON notifications (created_at);
        """

    private static func job(_ change: (inout CleanJob) -> Void = { _ in }) -> CleanJob {
        CleanBench.job {
            ($0.table, $0.column, $0.condition) = ("public.notifications", "created_at", "read = true")
            change(&$0)
        }
    }

    @Test func `looks at no more rows in a batch where the condition keeps most of them`() async throws {
        let bench = try await CleanBench(
            Self.notifications + """
                INSERT INTO notifications (created_at, read)
                SELECT now() - interval '90 days' + i * interval '1 second', i % 500 = 0 FROM generate_series(1, 3000) AS i;
                """)
        let report = try await bench.operation(Self.job()).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 6 && report.remainingOlderThanCutoff == 0)
        // Fifty at a time, and the last of each once more.
        #expect(report.batches >= 60 && report.batches < 70)
    }

    @Test(arguments: ["id > 2990", "id IN (5, 1500, 1501, 3000)", "id % 100 = 0"])
    func `gets past any number of rows with the same key that the condition keeps`(condition: String) async throws {
        let bench = try await CleanBench(
            Self.notifications + """
                INSERT INTO notifications (created_at, read)
                SELECT '2020-01-01', true FROM generate_series(1, 3000) AS i;
                """)
        let left = try await bench.count("notifications WHERE NOT (\(ServerText(condition)))")
        let report = try await bench.operation(Self.job { $0.condition = condition }).execute()
        #expect(report.outcome == .succeeded && report.remainingOlderThanCutoff == 0)
        #expect(try await bench.count("notifications") == left)
    }

    @Test func `says of rows that do not go that they stay, behind a condition too`() async throws {
        let bench = try await CleanBench(
            Self.notifications + """
                INSERT INTO notifications (created_at, read)
                SELECT '2020-01-01', true FROM generate_series(1, 200) AS i;
                CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER keep BEFORE DELETE ON notifications FOR EACH ROW EXECUTE FUNCTION keep();
                """)
        let job = Self.job { ($0.maxFraction, $0.force) = (1, [.triggers]) }
        let report = try await bench.operation(job).execute()
        #expect(report.outcome == .failed && report.message?.contains("do not go") == true)
    }

    @Test func `leaves out rows behind a condition that others have locked, and gets them the next time`() async throws
    {
        let bench = try await CleanBench(
            Self.notifications + """
                INSERT INTO notifications (created_at, read)
                SELECT '2020-01-01', i % 2 = 0 FROM generate_series(1, 500) AS i;
                """)
        let other = try await bench.openSession()
        try await other.execute("BEGIN; SELECT * FROM notifications WHERE id IN (2, 4, 500) FOR UPDATE")
        let job = Self.job { $0.maxFraction = 1 }
        let report = try await bench.operation(job).execute()
        #expect(report.outcome == .partial && report.deletedRows == 247 && report.remainingOlderThanCutoff == 3)
        await other.close()
        #expect(try await bench.operation(job).execute().deletedRows == 3)
        #expect(try await bench.count("notifications WHERE NOT read") == 250)
    }

    @Test func `counts along a BRIN where there is no other index`() async throws {
        let bench = try await CleanBench(
            """
            CREATE TABLE logs (at timestamptz); CREATE INDEX by_age ON logs USING brin (at);
            INSERT INTO logs SELECT now() - interval '40 days' * (i % 10 / 9) FROM generate_series(1, 5000) AS i;
            """)
        let plan = try await bench.operation(CleanBench.job { ($0.table, $0.column) = ("public.logs", "at") }).preview()
        #expect(plan.matchingRows == 500)
        // Written when the session ends.
        try await waitUntil("the index was not used") {
            try await bench.psql("SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname = 'by_age'") == "t"
        }
    }

    @Test func `goes from block to block where a BRIN does not tell in time which`() async throws {
        let bench = try await CleanBench(
            """
            CREATE TABLE logs (at timestamptz); CREATE INDEX by_age ON logs USING brin (at);
            INSERT INTO logs SELECT now() - interval '40 days' * (i % 10 / 9) FROM generate_series(1, 50000) AS i;
            """)
        var tuning = CleanBench.tuning
        tuning.countTimeout = .milliseconds(12)
        let job = CleanBench.job {
            ($0.table, $0.column, $0.force) = ("public.logs", "at", [.fraction])
            // Slow enough that no count ends in time.
            $0.condition = "pg_catalog.length(pg_catalog.repeat(at::text, 200)) > 0"
        }
        let report = try await bench.operation(job, tuning: tuning).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 5_000 && report.matchingRows == nil)
        #expect(try await bench.count("logs") == 45_000)
    }
}
