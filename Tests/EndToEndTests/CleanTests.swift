import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops clean` and jobs of kind clean, as operators use them.
    @Suite struct CleanTests {
        private static func rows(_ count: Int) -> String {
            """
            CREATE TABLE sessions (id bigserial PRIMARY KEY, expires_at timestamptz NOT NULL);
            CREATE INDEX ON sessions (expires_at);
            INSERT INTO sessions (expires_at)
            SELECT now() - CASE WHEN i % 5 = 0 THEN interval '31 days' + i * interval '1 ms' ELSE interval '1 day' END
              FROM generate_series(1, \(count)) AS i; ANALYZE sessions;
            """
        }

        private static func jobFile(_ workplace: Workplace, _ address: String, _ keys: String = "") -> String {
            """
            [daemon]
            state = "\(workplace.folder)/state"
            [databases.shop]
            url = \"\"\"\(address)\"\"\"
            [jobs.sessions]
            kind = "clean"
            database = "shop"
            table = "public.sessions"
            column = "expires_at"
            older_than = "30d"
            \(keys)
            """
        }

        private static func options(_ address: String) -> [String] {
            [
                "clean", "--database", address, "--table", "public.sessions", "--column", "expires_at", "--older-than",
                "30d",
            ]
        }

        @Test func `says what would go, and deletes it only without --dry-run`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.rows(1_000), database: database)
            let options = Self.options(server.text(database))

            let preview = try await workplace.run(options + ["--dry-run"])
            #expect(preview.exitCode == 0, "\(preview)")
            #expect(preview.standardOutput.contains("Would delete 200 of about 1,000 rows of \"public\".\"sessions\""))
            #expect(preview.standardOutput.contains("along the index sessions_expires_at_idx"))
            #expect(preview.standardOutput.contains("FOR UPDATE SKIP LOCKED"))
            let object = try #require(try await workplace.run(options + ["--dry-run", "--json"]).objects().first)
            #expect(object.number("matching_rows") == 200 && object.number("projected_batches") == 1)
            #expect(object.number("projected_seconds") == 0.2 && (object.number("projected_wal_bytes") ?? 0) > 24_000)
            #expect(preview.standardOutput.contains("at most 1 batch in 0.2 s, about "), "\(preview)")
            #expect(try await server.psql("SELECT count(*) FROM sessions", database: database) == "1000")

            let result = try await workplace.run(options + ["--json"])
            #expect(result.exitCode == 0, "\(result)")
            let report = try #require(try result.objects().first)
            #expect(report.text("outcome") == "succeeded" && report.number("deleted_rows") == 200)
            #expect(report.number("remaining_older_than_cutoff") == 0)
            #expect(try await server.psql("SELECT count(*) FROM sessions", database: database) == "800")
        }

        @Test func `refuses what could do harm with 78, and does it when forced`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(
                Self.rows(1_000) + "UPDATE sessions SET expires_at = now() - interval '40 days' WHERE id < 600;",
                database: database)
            let options = Self.options(server.text(database))
            let refused = try await workplace.run(options)
            #expect(refused.exitCode == 78 && refused.standardError.contains("--force fraction"), "\(refused)")
            #expect(try await workplace.run(options + ["--dry-run"]).exitCode == 78)
            let forced = try await workplace.run(options + ["--force", "fraction"])
            #expect(forced.exitCode == 0, "\(forced)")
            #expect(forced.standardOutput.contains("Left: 0."))
            #expect(try await workplace.run(options + ["--where", "true) OR (true"]).exitCode == 78)
            #expect(try await workplace.run(options + ["--force", "all"]).exitCode == 64)
        }

        @Test func `a run that was killed is gone on with, and both are on record`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.rows(20_000), database: database)
            try workplace.write(
                jobFile: Self.jobFile(workplace, server.text(database), "duty = 0.02\nmax_pause = \"5s\""))
            let killed = try workplace.dbops.start(["clean", "sessions", "--config", workplace.jobFile])
            try await waitUntil("nothing is deleted") {
                try await server.psql("SELECT count(*) < 20000 FROM sessions", database: database) == "t"
            }
            killed.send(SIGKILL)
            _ = await killed.ending()
            let left = Int(try await server.psql("SELECT count(*) FROM sessions", database: database)) ?? 0
            #expect(left > 16_000)

            try workplace.write(jobFile: Self.jobFile(workplace, server.text(database), "duty = 1.0"))
            let result = try await workplace.runJobFile("clean", "sessions", "--json")
            #expect(result.exitCode == 0, "\(result)")
            let report = try #require(try result.objects().first)
            #expect(report["resumed"] as? Bool == true)
            #expect(report.number("deleted_rows") == Double(left - 16_000))
            #expect(try await server.psql("SELECT count(*) FROM sessions", database: database) == "16000")
            let runs = try await workplace.runJobFile("runs", "--json").objects()
            #expect(runs.first?.text("outcome") == "succeeded" && runs.count == 2)
        }

        /// The second batch hangs in a trigger until the table `release` has a row.
        private static let hangingTrigger = """
            CREATE TABLE release (n int); CREATE SEQUENCE calls;
            CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                IF nextval('public.calls') = 2 THEN
                    WHILE NOT EXISTS (SELECT FROM public.release) LOOP PERFORM pg_sleep(0.02); END LOOP;
                END IF;
                RETURN NULL; END$$;
            CREATE TRIGGER hang AFTER DELETE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION hang();
            """

        @Test func `a run that was killed in the midst of a batch accounts for every row the next time`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.rows(5_000) + Self.hangingTrigger, database: database)
            try workplace.write(
                jobFile: Self.jobFile(workplace, server.text(database), "duty = 1.0\nforce = [\"triggers\"]"))
            let killed = try workplace.dbops.start(["clean", "sessions", "--config", workplace.jobFile])
            let sessions =
                "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dbops/%'"
            try await waitUntil("no batch hangs") {
                try await server.psql("SELECT count(*) \(sessions) AND wait_event = 'PgSleep'", database: database)
                    == "1"
            }
            killed.send(SIGKILL)
            _ = await killed.ending()
            try await server.psql("INSERT INTO release VALUES (1)", database: database)
            // The server ends what it was told to do, and only then notices that nobody is there.
            try await waitUntil("the batch goes on") {
                try await server.psql("SELECT count(*) \(sessions)", database: database) == "0"
            }
            let left = Int(try await server.psql("SELECT count(*) FROM sessions", database: database)) ?? 0
            let result = try await workplace.runJobFile("clean", "sessions", "--json")
            #expect(result.exitCode == 0, "\(result)")
            let report = try #require(try result.objects().first)
            #expect(report["resumed"] as? Bool == true && report.number("matching_rows") == 1_000)
            #expect(report.number("deleted_rows") == Double(left - 4_000))
            let counted = ["deleted_rows", "deleted_earlier", "gone_otherwise"].compactMap { report.number($0) }
            #expect(counted.count == 3 && counted.reduce(0, +) == 1_000, "\(report)")
            #expect(try await server.psql("SELECT count(*) FROM sessions", database: database) == "4000")
        }

        @Test func `names the key that a column without a zone needs, and takes it`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(
                Self.rows(1_000) + "ALTER TABLE sessions ALTER expires_at TYPE timestamp;", database: database)
            let options = Self.options(server.text(database))
            let plain = try await workplace.run(options + ["--dry-run"])
            #expect(plain.exitCode == 0 && plain.standardOutput.contains("--column-timezone"), "\(plain)")
            let exact = try await workplace.run(options + ["--dry-run", "--column-timezone", "UTC"])
            #expect(exact.exitCode == 0 && exact.standardOutput.contains("local time of UTC"), "\(exact)")
            let wrong = try await workplace.run(options + ["--column-timezone", "Mars/Olympus"])
            #expect(wrong.exitCode == 78 && wrong.standardError.contains("knows no such zone"), "\(wrong)")
        }

        @Test func `check names the grants that a job lacks, and they suffice`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql(
                Self.rows(1_000) + "CREATE ROLE \(role) LOGIN; GRANT SELECT ON sessions, sessions_id_seq TO \(role);",
                database: database)
            try workplace.write(jobFile: Self.jobFile(workplace, server.address(database, user: role)))
            let refused = try await workplace.runJobFile("run", "sessions")
            #expect(refused.exitCode == 77, "\(refused)")
            let check = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(check.exitCode == 77, "\(check)")
            let grants = try check.objects().flatMap { $0["statements"] as? [String] ?? [] }
            #expect(grants.count == 2)
            try await server.psql(grants.joined(separator: "\n"), database: database)
            #expect(try await workplace.runJobFile("check", "--connect").exitCode == 0)
            let run = try await workplace.runJobFile("run", "sessions", "--dry-run")
            #expect(run.exitCode == 0 && run.standardOutput.contains("Would delete 200"), "\(run)")
            #expect(try await workplace.runJobFile("run", "sessions").exitCode == 0)
            #expect(try await server.psql("SELECT count(*) FROM sessions", database: database) == "800")
        }
    }
}
