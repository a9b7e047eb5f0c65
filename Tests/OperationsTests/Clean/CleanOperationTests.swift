import JobModel
import Operations
import Postgres
import TestSupport
import Testing

@Suite struct `a clean-up` {
    @Test(arguments: ScratchCluster.binFolders)
    func `deletes what is old, and proves it by counting`(binFolder: String) async throws {
        let bench = try await CleanBench(on: binFolder)
        let report = try await bench.operation().execute()
        #expect(report.outcome == .succeeded)
        #expect(report.matchingRows == 400 && report.deletedRows == 400 && report.remainingOlderThanCutoff == 0)
        #expect(report.arrivedMeanwhile == 0 && report.goneOtherwise == 0 && report.batches == 9)
        #expect(report.vacuumed && report.analyzed && report.warnings == [])
        #expect(try await bench.count() == 1_600)
        #expect(try await bench.count("sessions WHERE expires_at < now() - interval '30 days'") == 0)
        let again = try await bench.operation().execute()
        #expect(again.outcome == .succeeded && again.deletedRows == 0 && !again.resumed && !again.analyzed)
    }

    @Test func `leaves rows that the condition does not hold for`() async throws {
        let bench = try await CleanBench(
            """
            CREATE TABLE notifications (id serial PRIMARY KEY, created_at timestamptz, read boolean);
            CREATE INDEX ON notifications (created_at);
            INSERT INTO notifications (created_at, read)
            SELECT now() - i * interval '1 day', CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END
              FROM generate_series(1, 300) AS i;
            INSERT INTO notifications (created_at, read) VALUES (NULL, true);
            """)
        let job = CleanBench.job {
            ($0.table, $0.column) = ("public.notifications", "created_at")
            ($0.olderThan, $0.condition) = (.seconds(90 * 86_400), "notifications.read = true")
        }
        let report = try await bench.operation(job).execute()
        #expect(report.deletedRows == 71 && report.remainingOlderThanCutoff == 0)
        #expect(try await bench.count("notifications WHERE read") == 30)
        #expect(try await bench.count("notifications") == 301 - 71)
    }

    /// A column of some type, and an index or none.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let table: String
        let walk: String
        let index: String?
        var condition: String?

        init(_ name: String, _ table: String, walk: String, index: String? = nil, condition: String? = nil) {
            (testDescription, self.table, self.walk, self.index) = (name, table, walk, index)
            self.condition = condition
        }
    }

    @Test(arguments: [
        Shape("no key, no index", "CREATE TABLE \"T\" (n int, \"At\" timestamptz)", walk: "blocks"),
        Shape(
            "composite key", "CREATE TABLE \"T\" (n int, m int DEFAULT 0, \"At\" timestamp, PRIMARY KEY (n, m))",
            walk: "blocks"),
        Shape(
            "days, of which many rows share one",
            "CREATE TABLE \"T\" (n int, \"At\" date); CREATE INDEX i ON \"T\" (\"At\")",
            walk: "index", index: "i"),
        Shape(
            "descending, with a second key",
            "CREATE TABLE \"T\" (n int NOT NULL, \"At\" timestamptz); CREATE INDEX i ON \"T\" (\"At\" DESC, n DESC)",
            walk: "index", index: "i"),
        Shape(
            "nulls first, and a second key that may be null",
            "CREATE TABLE \"T\" (n int, \"At\" timestamptz); CREATE INDEX i ON \"T\" (\"At\" NULLS FIRST, n)",
            walk: "index", index: "i"),
        Shape(
            "BRIN", "CREATE TABLE \"T\" (n int, \"At\" timestamptz); CREATE INDEX i ON \"T\" USING brin (\"At\")",
            walk: "blocks", index: "i"),
        Shape(
            "a partial index that serves",
            "CREATE TABLE \"T\" (n int, \"At\" timestamptz); CREATE INDEX i ON \"T\" (\"At\") WHERE n > 0",
            walk: "index", index: "i", condition: "n > 0"),
        Shape(
            "a partial index that does not",
            "CREATE TABLE \"T\" (n int, \"At\" timestamptz); CREATE INDEX i ON \"T\" (\"At\") WHERE n > 100",
            walk: "blocks"),
    ])
    func `finds the rows whatever keys and indexes there are`(shape: Shape) async throws {
        let bench = try await CleanBench(
            """
            \(ServerText(shape.table));
            INSERT INTO "T" (n, "At") SELECT i, CASE WHEN i % 4 = 0 THEN now() - interval '40 days'
                - (i / 100) * interval '1 day' ELSE now() END FROM generate_series(1, 1000) AS i;
            INSERT INTO "T" (n, "At") VALUES (1001, '-infinity'), (1002, 'infinity');
            """)
        let job = CleanBench.job {
            ($0.table, $0.column, $0.condition) = ("public.\"T\"", "At", shape.condition)
        }
        let plan = try await bench.operation(job).preview()
        let leg = CleanPlanReport(plan).legs[0]
        #expect(leg.walk == shape.walk && leg.index == shape.index)
        let report = try await bench.operation(job).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 251 && report.remainingOlderThanCutoff == 0)
        #expect(try await bench.count("\"T\"") == 751)
    }

    @Test(arguments: ["America/Los_Angeles", "Etc/GMT+12", "Pacific/Kiritimati"])
    func `deletes no row that is younger, whatever zone its local time is of`(zone: String) async throws {
        let bench = try await CleanBench(
            """
            CREATE TABLE t (id int, at timestamp, day date); SET TimeZone = '\(ServerText(zone))';
            INSERT INTO t SELECT i, now() - i * interval '1 minute', now() - i * interval '1 minute'
              FROM generate_series(0, 58) AS i;
            INSERT INTO t VALUES (100, now() - interval '3 days', now() - interval '3 days');
            """)
        for column in ["at", "day"] {
            let job = CleanBench.job {
                ($0.table, $0.column, $0.olderThan) = ("public.t", column, .seconds(3_600))
            }
            let report = try await bench.operation(job).execute()
            #expect(report.outcome == .succeeded && report.deletedRows == 1, "\(column)")
            #expect(report.notes.contains { $0.contains("no time zone") })
            #expect(try await bench.count("t") == 59)
            try await bench.psql("INSERT INTO t VALUES (100, now() - interval '3 days', now() - interval '3 days')")
        }
    }

    @Test func `deletes nothing in a preview, and remembers nothing`() async throws {
        let bench = try await CleanBench()
        let plan = try await bench.operation().preview()
        #expect(plan.matchingRows == 400 && plan.tableRows == 2_000 && plan.refusals == [])
        #expect(try await bench.count() == 2_000)
        #expect(await bench.memory.memory(named: "clean/tidy") == nil)
    }

    @Test func `takes along what refers to the rows, and says so`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE TABLE events (id serial PRIMARY KEY, session bigint REFERENCES sessions ON DELETE CASCADE);
                CREATE INDEX ON events (session);
                INSERT INTO events (session) SELECT id FROM sessions, generate_series(1, 3);
                """)
        let report = try await bench.operation().execute()
        #expect(report.notes == [#"rows of "public"."events" go with them (about 3.0 for each row that goes)"#])
        #expect(report.deletedRows == 400)
        #expect(try await bench.count("events") == 4_800)
    }

    @Test func `stops where rows are referred to that must stay`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE TABLE events (session bigint REFERENCES sessions); CREATE INDEX ON events (session);
                INSERT INTO events SELECT id FROM sessions WHERE id = 1000;
                """)
        let report = try await bench.operation().execute()
        #expect(report.outcome == .failed && report.message?.contains("23503") == true)
        #expect((report.remainingOlderThanCutoff ?? 0) > 0)
        #expect(try await bench.count("events") == 1)
    }

    @Test func `counts rows that come and go meanwhile`() async throws {
        let bench = try await CleanBench()
        await bench.memory.listen { times in
            guard times == 3 else { return }
            _ = try? await bench.psql(
                """
                INSERT INTO sessions (expires_at) SELECT now() - interval '32 days' FROM generate_series(1, 7);
                """)
        }
        let report = try await bench.operation().execute()
        #expect(report.outcome == .succeeded && report.remainingOlderThanCutoff == 0)
        #expect(report.deletedRows == 407 && report.arrivedMeanwhile == 7 && report.goneOtherwise == 0)
    }

    // MARK: - Partitions

    private static let partitioned: ServerText = """
        CREATE TABLE events (at timestamptz NOT NULL, n int) PARTITION BY RANGE (at);
        CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
        CREATE TABLE events_b PARTITION OF events FOR VALUES FROM ('2020-02-01') TO ('2020-03-01');
        CREATE TABLE events_c PARTITION OF events FOR VALUES FROM ('2020-03-01') TO ('2100-01-01');
        INSERT INTO events SELECT '2020-01-15', i FROM generate_series(1, 100) AS i;
        INSERT INTO events SELECT '2020-02-15', i FROM generate_series(1, 200) AS i;
        INSERT INTO events SELECT '2020-03-15', i FROM generate_series(1, 50) AS i;
        INSERT INTO events SELECT now(), i FROM generate_series(1, 1000) AS i;
        """

    private static func ofPartitions(_ partitions: CleanJob.Partitions) -> CleanJob {
        CleanBench.job {
            ($0.table, $0.column, $0.partitions) = ("public.events", "at", partitions)
        }
    }

    @Test func `deletes the rows of partitions, each by itself`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        let report = try await bench.operation(Self.ofPartitions(.delete)).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 350 && report.droppedPartitions == [])
        #expect(report.notes.contains { $0.hasPrefix("2 partitions are old as a whole") })
        #expect(try await bench.count("events") == 1_000)
        #expect(try await bench.count("events_a") == 0)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `drops partitions that are old as a whole`(binFolder: String) async throws {
        let bench = try await CleanBench(Self.partitioned, on: binFolder)
        let report = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 350 && report.remainingOlderThanCutoff == 0)
        #expect(report.droppedPartitions.map(\.rows) == [100, 200])
        #expect(try await bench.psql("SELECT count(*) FROM pg_class WHERE relname LIKE 'events_%'") == "1")
        #expect(try await bench.count("events") == 1_000)
    }

    @Test func `ends a detachment that was broken off`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        let reader = try await bench.openSession()
        try await reader.execute("BEGIN; SELECT count(*) FROM events")
        var tuning = CleanBench.tuning
        tuning.detachTimeout = .milliseconds(300)
        let broken = try await bench.operation(Self.ofPartitions(.drop), tuning: tuning).execute()
        #expect(broken.outcome == .failed && broken.droppedPartitions == [])
        await reader.close()
        let report = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(report.outcome == .succeeded && report.droppedPartitions.map(\.rows) == [100, 200])
        #expect(try await bench.count("events") == 1_000)
    }

    @Test func `waits longer for the readers of a partition than batches wait for locks`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        let reader = try await bench.openSession()
        try await reader.execute("BEGIN; SELECT count(*) FROM events")
        async let running = bench.operation(Self.ofPartitions(.drop)).execute()
        try await waitUntil("no detachment waits for longer than a batch would") {
            try await bench.psql(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                   AND query LIKE '%DETACH PARTITION%' AND now() - query_start > interval '500 milliseconds'
                """) == "1"
        }
        await reader.close()
        let report = try await running
        #expect(report.outcome == .succeeded && report.droppedPartitions.map(\.rows) == [100, 200])
    }

    @Test func `drops by the next run what is detached and could not be dropped`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        await bench.memory.listen { times in
            guard times == 2 else { return }
            _ = try? await bench.psql(
                """
                CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not now'; END$$;
                CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION refuse();
                """)
        }
        let broken = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(broken.outcome == .failed && broken.droppedPartitions == [])
        #expect(try await bench.psql("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass") == "2")
        await bench.memory.listen(nil)
        try await bench.psql("DROP EVENT TRIGGER refuse")
        let report = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(report.outcome == .succeeded && report.droppedPartitions.map(\.rows) == [100, 200])
        #expect(try await bench.psql("SELECT to_regclass('public.events_a') IS NULL") == "t")
    }

    @Test func `does not drop a second time for the rows that others had locked`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        let other = try await bench.openSession()
        try await other.execute("BEGIN; SELECT * FROM events_c WHERE n = 1 AND at < '2020-04-01' FOR UPDATE")
        let report = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(report.outcome == .partial && report.deletedRows == 349 && report.remainingOlderThanCutoff == 1)
        #expect(report.droppedPartitions.map(\.rows) == [100, 200])
        await other.close()
    }

    @Test func `leaves a partition alone that others detach`() async throws {
        let bench = try await CleanBench(Self.partitioned)
        let reader = try await bench.openSession()
        try await reader.execute("BEGIN; SELECT count(*) FROM events")
        let operators = try await bench.openSession()
        try await operators.execute("SET lock_timeout = 100")
        await #expect(throws: PostgresError.self) {
            try await operators.execute("ALTER TABLE events DETACH PARTITION events_a CONCURRENTLY")
        }
        await reader.close()
        await operators.close()
        // The server detaches one partition of a table at a time, and says so.
        let report = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(report.outcome == .failed && report.message?.contains("pending detach") == true)
        #expect(try await bench.count("events_a") == 100)
        try await bench.psql("ALTER TABLE events DETACH PARTITION events_a FINALIZE")
        let next = try await bench.operation(Self.ofPartitions(.drop)).execute()
        #expect(next.outcome == .succeeded && next.droppedPartitions.map(\.rows) == [200])
        #expect(try await bench.count("events_a") == 100)
    }

    @Test(arguments: [
        "ALTER TABLE events DETACH PARTITION events_b",
        "ALTER TABLE events_b RENAME TO kept; CREATE TABLE events_b AS SELECT * FROM kept",
    ])
    func `deletes nothing more from what is no longer a partition`(change: String) async throws {
        let bench = try await CleanBench(Self.partitioned)
        await bench.memory.listen { times in
            if times == 2 { _ = try? await bench.psql("\(ServerText(change))") }
        }
        _ = try await bench.operation(Self.ofPartitions(.delete)).execute()
        #expect(try await bench.count("events_b") == 200)
    }
}
