import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// What a clean-up does not begin.
@Suite struct `a clean-up refuses` {
    private func refusal(
        _ bench: CleanBench, _ job: CleanJob = CleanBench.job(), as user: String? = nil
    ) async throws -> CleanError? {
        let before = try? await bench.count()
        let error = await #expect(throws: CleanError.self) { try await bench.operation(job, as: user).execute() }
        #expect(await bench.memory.memory(named: "clean/tidy") == nil)
        #expect((try? await bench.count()) == before)
        return error
    }

    @Test(arguments: [
        ("ALTER TABLE sessions ENABLE ROW LEVEL SECURITY", "row-level"),
        ("CREATE RULE keep AS ON DELETE TO sessions DO INSTEAD NOTHING", "keep"),
        ("CREATE TABLE heirs () INHERITS (sessions)", "inherit"),
        (
            "ALTER TABLE sessions DROP CONSTRAINT sessions_pkey; CREATE PUBLICATION p FOR TABLE sessions",
            "published by p"
        ),
        ("ALTER TABLE sessions REPLICA IDENTITY NOTHING; CREATE PUBLICATION p FOR ALL TABLES", "published by p"),
        (
            "CREATE TABLE c (s bigint REFERENCES sessions ON DELETE CASCADE); CREATE PUBLICATION p FOR TABLE c",
            "published by p"
        ),
        (
            "CREATE TABLE c (s bigint REFERENCES sessions ON DELETE SET NULL); CREATE PUBLICATION p FOR TABLE c",
            "published by p"
        ),
        (
            """
            DROP TABLE sessions; CREATE TABLE sessions (expires_at timestamptz) PARTITION BY RANGE (expires_at);
            CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
            CREATE FOREIGN TABLE far PARTITION OF sessions DEFAULT SERVER s
            """, "\"far\""
        ),
        ("ALTER TABLE sessions RENAME TO others", "no such table"),
        ("ALTER TABLE sessions RENAME expires_at TO ends_at", "no such column"),
        ("ALTER TABLE sessions ALTER expires_at TYPE text", "its type is text"),
        ("ALTER TABLE sessions RENAME TO t; CREATE VIEW sessions AS SELECT * FROM t", "no table"),
    ])
    func `what cannot be cleaned`(script: String, reason: String) async throws {
        let bench = try await CleanBench()
        var generator = SystemRandomNumberGenerator()
        let role = "r_\(RunID(using: &generator))"
        try await bench.psql("CREATE ROLE \(role) LOGIN")
        try await bench.psql(ServerText(script))
        try await bench.psql("GRANT SELECT, DELETE, UPDATE ON ALL TABLES IN SCHEMA public TO \(role)")
        let error = try await refusal(bench, as: role)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.hint != nil)
    }

    @Test func `a role without privileges, and names those that suffice`() async throws {
        let bench = try await CleanBench()
        var generator = SystemRandomNumberGenerator()
        let role = "r_\(RunID(using: &generator))"
        try await bench.psql("CREATE ROLE \(role) LOGIN; GRANT SELECT ON sessions TO \(role)")
        let error = try await refusal(bench, as: role)
        guard case .privileges(_, _, let missing, let grants)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(missing == ["DELETE", "UPDATE"] && error?.category == .permission)
        for grant in grants { try await bench.psql(ServerText(grant)) }
        let report = try await bench.operation(as: role).execute()
        #expect(report.outcome == .succeeded && report.deletedRows == 400)
        // Not the owner: what the server did not do is said.
        #expect(!report.vacuumed && !report.analyzed && report.warnings.contains { $0.contains("sessions") })
    }

    @Test(arguments: [
        ("no_such > 1", "no_such"), ("random() < 0.5", "random"), ("id", "boolean"), ("id = 'x'", "invalid input"),
        ("count(*) > 1", "aggregate"), ("true) OR (true", "closed that was not opened"),
    ])
    func `a condition that is none`(condition: String, reason: String) async throws {
        let bench = try await CleanBench()
        let error = try await refusal(bench, CleanBench.job { $0.condition = condition })
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `a first run that deletes too much, and no later one`() async throws {
        let bench = try await CleanBench()
        let strict = CleanBench.job { $0.maxFraction = 0.1 }
        guard case .refused(_, let refusals)? = try await refusal(bench, strict) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusals.map(\.risk) == [.fraction])
        #expect(refusals[0].message.contains("400 of 2,000 rows, 20 % of the table"))
        #expect(try await bench.operation(CleanBench.job()).execute().deletedRows == 400)
        try await bench.psql("UPDATE sessions SET expires_at = now() - interval '60 days' WHERE id % 2 = 0")
        #expect(try await bench.operation(strict).execute().deletedRows == 800)
        // Another rule is another first run.
        let other = CleanBench.job { ($0.olderThan, $0.maxFraction) = (.seconds(7_200), 0.1) }
        await #expect(throws: CleanError.self) { try await bench.operation(other).execute() }
    }

    @Test func `triggers, unless forced, and rows that do not go for all that`() async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER keep BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION keep();
                UPDATE sessions SET expires_at = now() - interval '40 days' WHERE id % 5 = 0;
                """)
        guard case .refused(_, let refusals)? = try await refusal(bench) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusals.map(\.risk) == [.triggers])
        let report = try await bench.operation(CleanBench.job { $0.force = [.triggers] }).execute()
        #expect(report.outcome == .failed && report.message?.contains("do not go") == true)
        #expect(report.deletedRows == 0 && report.remainingOlderThanCutoff == 400)
    }

    @Test(arguments: [("CASCADE", "DELETE"), ("SET NULL", "UPDATE")])
    func `triggers of tables that refer to it`(action: String, event: String) async throws {
        let bench = try await CleanBench(
            CleanBench.sessions + """
                CREATE TABLE events (session bigint REFERENCES sessions ON DELETE \(ServerText(action)));
                CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER audit AFTER \(ServerText(event)) ON events EXECUTE FUNCTION keep();
                """)
        guard case .refused(_, let refusals)? = try await refusal(bench) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusals.map(\.risk) == [.triggers] && refusals[0].message.contains("audit"))
    }

    @Test(arguments: [
        "ALTER TABLE sessions ADD parent bigint REFERENCES sessions ON DELETE CASCADE;",
        """
        CREATE TABLE users (id bigint PRIMARY KEY, session bigint REFERENCES sessions ON DELETE CASCADE);
        ALTER TABLE sessions ADD parent bigint REFERENCES users ON DELETE CASCADE;
        """,
    ])
    func `a cascade that leads back to the table, unless forced`(script: String) async throws {
        let bench = try await CleanBench(CleanBench.sessions + ServerText(script))
        guard case .refused(_, let refusals)? = try await refusal(bench) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusals.map(\.risk) == [.cascades])
        #expect(refusals.first?.message.contains("sessions_parent_fkey") == true)
        let forced = try await bench.operation(CleanBench.job { $0.force = [.cascades] }).execute()
        #expect(forced.outcome == .succeeded && forced.deletedRows == 400)
    }

    @Test func `to clean beside another clean-up of the table`() async throws {
        let bench = try await CleanBench()
        let other = bench.operation()
        let refusals = Journal<CleanError?>()
        await bench.memory.listen { times in
            guard times == 2 else { return }
            do { _ = try await other.execute() } catch { refusals.add(error as? CleanError) }
        }
        #expect(try await bench.operation().execute().deletedRows == 400)
        #expect(refusals.all == [.beingCleaned(table: #""public"."sessions""#)])
    }
}
