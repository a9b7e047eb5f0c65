import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// What goes wrong while rows are being deleted.
@Suite struct `a clean-up in trouble` {
    @Test func `leaves out rows that others have locked the whole time, and gets them the next time`() async throws {
        let bench = try await CleanBench()
        let other = try await bench.openSession()
        try await other.execute("BEGIN; SELECT * FROM sessions WHERE id IN (5, 10, 1000) FOR UPDATE")
        let report = try await bench.operation().execute()
        #expect(report.outcome == .partial && report.deletedRows == 397 && report.remainingOlderThanCutoff == 3)
        #expect(report.message?.contains("3 old rows") == true)
        await other.close()
        let next = try await bench.operation().execute()
        #expect(next.outcome == .succeeded && next.deletedRows == 3 && !next.resumed)
    }

    @Test func `gets rows in a second pass that were locked during the first`() async throws {
        let bench = try await CleanBench()
        let other = try await bench.openSession()
        try await other.execute("BEGIN; SELECT * FROM sessions WHERE id % 5 = 0 AND id > 1900 FOR UPDATE")
        await bench.memory.listen { times in if times == 8 { try? await other.execute("ROLLBACK") } }
        let report = try await bench.operation().execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 400)
        await other.close()
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `never deletes a row that is renewed meanwhile`(binFolder: String) async throws {
        let bench = try await CleanBench(CleanBench.sessions + "CREATE TABLE renewed (id bigint);", on: binFolder)
        let users = try await bench.openSession()
        async let renewing: Void = users.execute(
            """
            DO $$DECLARE i bigint; BEGIN
                FOR i IN SELECT id FROM sessions WHERE id % 5 = 0 ORDER BY id LOOP
                    UPDATE sessions SET expires_at = now() + interval '1 day' WHERE id = i;
                    IF FOUND THEN INSERT INTO renewed VALUES (i); END IF;
                    COMMIT;
                END LOOP; END$$
            """)
        let report = try await bench.operation().execute()
        try await renewing
        await users.close()
        let renewed = try await bench.count("renewed")
        #expect(try await bench.count("sessions JOIN renewed USING (id)") == renewed)
        #expect(Int(report.deletedRows) == 400 - renewed)
        #expect(try await bench.count() == 1_600 + renewed)
    }

    @Test func `goes on where a run was stopped, with the same cutoff`() async throws {
        let bench = try await CleanBench()
        let task = Task { try await bench.operation().execute() }
        await bench.memory.listen { times in if times == 4 { task.cancel() } }
        await #expect(throws: CancellationError.self) { try await task.value }
        let gone = 2_000 - (try await bench.count())
        #expect(gone > 0 && gone < 400)
        await bench.memory.listen(nil)
        let report = try await bench.operation().execute()
        #expect(report.resumed && report.outcome == .succeeded)
        #expect(report.deletedEarlier == Int64(gone) && report.deletedRows == Int64(400 - gone))
        #expect(report.matchingRows == 400 && report.goneOtherwise == 0)
        let first = try #require(bench.reporter.cutoffs.first)
        #expect(bench.reporter.cutoffs == [first, first])
        try await waitUntil("a session is left") {
            try await bench.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dbops/%'"
            ) == "0"
        }
    }

    @Test func `goes on along an index whose keys are of other columns than those it stopped at`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                ALTER TABLE sessions ADD kind text NOT NULL DEFAULT 'x';
                CREATE INDEX by_kind ON sessions (expires_at, kind);
                """)
        let task = Task { try await bench.operation().execute() }
        await bench.memory.listen { times in if times == 4 { task.cancel() } }
        await #expect(throws: CancellationError.self) { try await task.value }
        await bench.memory.listen(nil)
        try await bench.psql("DROP INDEX by_kind; CREATE INDEX ON sessions (expires_at, id)")
        let report = try await bench.operation().execute()
        #expect(report.resumed && report.outcome == .succeeded && report.remainingOlderThanCutoff == 0)
        #expect(try await bench.count() == 1_600)
    }

    @Test func `says that the connection broke, and goes on the next time`() async throws {
        let bench = try await CleanBench()
        await bench.memory.listen { times in
            guard times == 4 else { return }
            _ = try? await bench.psql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name LIKE 'dbops/clean %' AND datname = current_database()
                """)
        }
        let report = try await bench.operation().execute()
        #expect(report.outcome == .failed && report.message?.contains("lost") == true)
        #expect(report.deletedRows > 0 && report.remainingOlderThanCutoff == nil)
        await bench.memory.listen(nil)
        let next = try await bench.operation().execute()
        #expect(next.resumed && next.outcome == .succeeded)
        #expect(next.deletedEarlier == report.deletedRows)
        #expect(try await bench.count() == 1_600)
    }

    private static let events: ServerText =
        CleanBench.sessions + """
            CREATE TABLE events (session bigint REFERENCES sessions ON DELETE CASCADE);
            CREATE INDEX ON events (session); INSERT INTO events SELECT id FROM sessions WHERE id % 5 = 0;
            """

    @Test(arguments: [5, 1_000, 2_000])
    func `goes on behind rows that an idle transaction holds up, and says whose`(id: Int) async throws {
        let bench = try await CleanBench(Self.events)
        let other = try await bench.openSession()
        try await other.execute("BEGIN; SELECT * FROM events WHERE session = \(id) FOR UPDATE")
        let report = try await bench.operation().execute()
        #expect(report.outcome == .partial && report.category == .partial)
        let left = try #require(report.remainingOlderThanCutoff)
        #expect((1...100).contains(left) && report.deletedRows == 400 - left)
        // Three at least for each of the two passes.
        #expect(report.retriedBatches >= 6)
        let holder = "process \(other.server.backendProcessID) (\"test\", idle in its transaction for"
        #expect(report.message?.contains(holder) == true, "\(report.message ?? "")")
        await other.close()
        #expect(try await bench.operation().execute().deletedRows == left)
    }

    @Test func `deletes nothing from a table that is locked all the time, and says by whom`() async throws {
        let bench = try await CleanBench()
        let other = try await bench.openSession()
        try await other.execute("BEGIN; LOCK TABLE sessions")
        let error = try #require(
            await #expect(throws: CleanError.self) { try await bench.operation().execute() })
        #expect(error.category == .tryLater)
        let holder = "process \(other.server.backendProcessID) (\"test\""
        #expect(error.message.contains(holder) && error.message.contains("AccessExclusiveLock of sessions"))
        await other.close()
        #expect(try await bench.operation().execute().deletedRows == 400)
    }

    @Test(arguments: ["ACCESS EXCLUSIVE", "SHARE"])
    func `ends in part where the table is locked meanwhile, and goes on the next time`(mode: String) async throws {
        let bench = try await CleanBench()
        let other = try await bench.openSession()
        await bench.memory.listen { times in
            if times == 4 { try? await other.execute("BEGIN; LOCK TABLE sessions IN \(ServerText(mode)) MODE") }
        }
        let report = try await bench.operation().execute()
        #expect(report.outcome == .partial && report.deletedRows > 0 && report.deletedRows < 400)
        #expect(report.message?.contains("55P03") == true && report.message?.contains("holds a") == true)
        await other.close()
        await bench.memory.listen(nil)
        let next = try await bench.operation().execute()
        #expect(next.resumed && next.outcome == .succeeded && next.deletedEarlier == report.deletedRows)
        #expect(try await bench.count() == 1_600)
    }

    @Test(arguments: ["40001", "40P01", "57014"])
    func `tries a batch again that was broken off for the sake of others`(code: String) async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE SEQUENCE refusals;
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                    IF nextval('public.refusals') <= 3 THEN RAISE 'not now' USING ERRCODE = '\(ServerText(code))'; END IF;
                    RETURN NULL; END$$;
                CREATE TRIGGER refuse AFTER DELETE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION refuse();
                """)
        let report = try await bench.operation(CleanBench.job { $0.force = [.triggers] }).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 400 && report.retriedBatches == 3)
    }

    @Test func `waits while the database is being copied, and gives up in the end`() async throws {
        let bench = try await CleanBench()
        let leader = try await Session.open(bench.database, applicationName: "dbops backup 0123456789ab")
        try await leader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        let job = CleanBench.job { $0.maxPause = .seconds(2) }
        let report = try await bench.operation(job).execute()
        #expect(report.outcome == .failed && report.category == .tryLater && report.deletedRows == 0)
        #expect(report.message?.contains("being copied by \"dbops backup 0123456789ab\"") == true)
        #expect(report.pauses.contains { $0.reason.contains("being copied") && $0.seconds > 0.05 })

        bench.reporter.listen { event in
            guard case .note(let text) = event, text.hasPrefix("waiting") else { return }
            Task { await leader.close() }
        }
        let next = try await bench.operation(CleanBench.job()).execute()
        #expect(next.outcome == .succeeded && next.deletedRows == 400)
    }

    @Test func `waits for a standby that is far behind, ends in part, and does nothing on a standby`() async throws {
        try await ScratchCluster.with { cluster in
            try await TestFolder.with { folder in
                let bench = try await CleanBench(CleanBench.sessions, in: cluster)
                try await StandbyServer.with(of: cluster, in: folder) { standby in
                    let there = standby.with(database: bench.database.database ?? "")
                    await #expect(throws: CleanError.self) { try await bench.operation(connection: there).execute() }

                    let session = try await Session.open(standby, applicationName: "test")
                    try await session.execute("SELECT pg_wal_replay_pause()")
                    var tuning = CleanBench.tuning
                    tuning.limits.replayLagBytes.pause = 1 << 20
                    let job = CleanBench.job { $0.maxPause = .seconds(1) }
                    await bench.memory.listen { times in
                        if times == 4 { try? await Self.fallBehind(bench) }
                    }
                    let begun = try await bench.operation(job, tuning: tuning).execute()
                    #expect(begun.outcome == .partial && begun.deletedRows > 0 && begun.deletedRows < 400)
                    #expect(begun.message?.contains("a standby is") == true && !begun.pauses.isEmpty)
                    await bench.memory.listen(nil)
                    let held = try await bench.operation(job, tuning: tuning).execute()
                    #expect(held.resumed && held.deletedRows == 0 && held.message?.contains("a standby is") == true)
                    #expect(held.outcome == .failed && held.category == .tryLater)
                    tuning.limits.replayLagBytes.abort = 2 << 20
                    let ended = try await bench.operation(CleanBench.job(), tuning: tuning).execute()
                    #expect(ended.deletedRows == 0 && ended.outcome == .failed && ended.pauses == [])
                    try await session.execute("SELECT pg_wal_replay_resume()")
                    await session.close()
                    tuning.limits.replayLagBytes.abort = 8 << 30
                    let after = try await bench.operation(CleanBench.job(), tuning: tuning).execute()
                    #expect(after.outcome == .succeeded && after.deletedRows + begun.deletedRows == 400)
                }
            }
        }
    }

    /// More than a MiB, and returns when the primary sees it.
    private static func fallBehind(_ bench: CleanBench) async throws {
        try await bench.psql("CREATE TABLE filler AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
        let watch = try await bench.openSession()
        try await waitUntil("the standby is not behind") {
            try await ThrottleFacts.gather(on: watch, tables: []).replayLagBytes > 1 << 20
        }
        await watch.close()
    }
}

extension RecordingReporter {
    /// Of the plans of clean-ups that were told of.
    fileprivate var cutoffs: [String] {
        events.compactMap { event in
            guard case .plan(let text) = event else { return nil }
            return text.firstMatch(of: /"cutoff":"([^"]*)"/).map { String($0.1) }
        }
    }
}
