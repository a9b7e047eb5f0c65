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

    @Test func `halves a batch that waits for a lock, three times, and then gives up`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE TABLE events (session bigint REFERENCES sessions ON DELETE CASCADE);
                CREATE INDEX ON events (session); INSERT INTO events SELECT id FROM sessions WHERE id % 5 = 0;
                """)
        let other = try await bench.openSession()
        // The oldest row of all: no batch goes without it.
        try await other.execute("BEGIN; SELECT * FROM events WHERE session = 2000 FOR UPDATE")
        let report = try await bench.operation().execute()
        #expect(report.outcome == .failed && report.message?.contains("55P03") == true)
        #expect(report.retriedBatches == 3 && report.deletedRows == 0 && report.category == .tryLater)
        await other.close()
        #expect(try await bench.operation().execute().deletedRows == 400)
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
        let job = CleanBench.job { $0.maxPause = .milliseconds(200) }
        let report = try await bench.operation(job).execute()
        #expect(report.outcome == .failed && report.category == .tryLater && report.deletedRows == 0)
        #expect(report.message?.contains("being copied by \"dbops backup 0123456789ab\"") == true)
        #expect(report.pauses.count == 1 && (report.pauses.first?.seconds ?? 0) > 0.05)

        bench.reporter.listen { event in
            guard case .note(let text) = event, text.hasPrefix("waiting") else { return }
            Task { await leader.close() }
        }
        let next = try await bench.operation(CleanBench.job()).execute()
        #expect(next.outcome == .succeeded && next.deletedRows == 400)
    }

    @Test func `stops beside a standby that is far behind, and does nothing on a standby`() async throws {
        try await ScratchCluster.with { cluster in
            try await TestFolder.with { folder in
                let bench = try await CleanBench(CleanBench.sessions, in: cluster)
                try await StandbyServer.with(of: cluster, in: folder) { standby in
                    let there = standby.with(database: bench.database.database ?? "")
                    await #expect(throws: CleanError.self) { try await bench.operation(connection: there).execute() }

                    let session = try await Session.open(standby, applicationName: "test")
                    try await session.execute("SELECT pg_wal_replay_pause()")
                    try await bench.psql(
                        "CREATE TABLE filler AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
                    var tuning = CleanBench.tuning
                    tuning.limits.replayLagBytes.pause = 1 << 20
                    let job = CleanBench.job { $0.maxPause = .milliseconds(100) }
                    try await waitUntil("the standby is not behind") {
                        let facts = try await ThrottleFacts.gather(on: try await bench.openSession(), tables: [])
                        return facts.replayLagBytes > 1 << 20
                    }
                    let held = try await bench.operation(job, tuning: tuning).execute()
                    #expect(held.deletedRows == 0 && held.message?.contains("a standby is") == true)
                    tuning.limits.replayLagBytes.abort = 2 << 20
                    let ended = try await bench.operation(CleanBench.job(), tuning: tuning).execute()
                    #expect(ended.deletedRows == 0 && ended.outcome == .failed && ended.pauses == [])
                    try await session.execute("SELECT pg_wal_replay_resume()")
                    await session.close()
                    tuning.limits.replayLagBytes.abort = 8 << 30
                    let after = try await bench.operation(CleanBench.job(), tuning: tuning).execute()
                    #expect(after.outcome == .succeeded && after.deletedRows == 400)
                }
            }
        }
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
