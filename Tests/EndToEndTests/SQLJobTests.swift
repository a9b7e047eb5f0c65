import Foundation
import Glibc
import JobModel
import TestSupport
import Testing

extension EndToEndTests {
    /// Jobs of kind sql, as a job file has them.
    @Suite struct SQLJobTests {
        private func workplace(_ job: String) async throws -> (workplace: Workplace, server: TestServer, name: String) {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: """
                    [daemon]
                    timezone = "UTC"
                    state = "state"
                    [databases.main]
                    url = \"\"\"\(server.text(name))\"\"\"
                    [jobs.refresh]
                    kind = "sql"
                    database = "main"
                    \(job)

                    """)
            return (workplace, server, name)
        }

        @Test func `a job runs its file, is on record, and shows its statements beforehand`() async throws {
            let (workplace, server, name) = try await workplace("file = \"refresh.sql\"\nmode = \"autocommit\"")
            let script = "CREATE MATERIALIZED VIEW made AS SELECT 1 AS n; -- and then\nVACUUM made;\n"
            try script.write(toFile: "\(workplace.folder)/refresh.sql", atomically: true, encoding: .utf8)

            let shown = try await workplace.runJobFile("run", "refresh", "--dry-run")
            #expect(shown.exitCode == 0, "\(shown)")
            #expect(
                shown.lines == [
                    "-- \(workplace.folder)/refresh.sql:1", "CREATE MATERIALIZED VIEW made AS SELECT 1 AS n;",
                    "-- \(workplace.folder)/refresh.sql:2", "VACUUM made;",
                ])
            let made: ServerText = "SELECT count(*) FROM pg_matviews WHERE matviewname = 'made'"
            #expect(try await server.cluster.psql(made, database: name) == "0")

            let result = try await workplace.runJobFile("run", "refresh", "--json")
            #expect(result.exitCode == 0, "\(result)")
            #expect(try await server.cluster.psql(made, database: name) == "1")
            let id = try #require(try result.objects().last?.text("run"))
            let log = try #require(try await workplace.runJobFile("log", id, "--json").objects().first)
            #expect((log["report"] as? [String: Any])?.number("statements_done") == 2)
            #expect((log["plan"] as? [String: Any])?.text("mode") == "autocommit")
        }

        @Test func `a check that does not hold fails the job and undoes it`() async throws {
            let (workplace, server, name) = try await workplace(
                "sql = \"CREATE TABLE made AS SELECT 1 AS n\"\ncheck = \"SELECT n = 2 FROM made\"")
            let result = try await workplace.runJobFile("run", "refresh")
            #expect(result.exitCode == 65, "\(result)")
            #expect(result.standardError.contains("the check gave false, not true"), "\(result)")
            #expect(try await server.cluster.psql("SELECT to_regclass('made') IS NULL", database: name) == "t")
        }

        /// The second batch hangs in a trigger until the table `release` has a row.
        private static let rows: ServerText = """
            CREATE TABLE t AS SELECT n, false AS done FROM generate_series(1, 95) n;
            CREATE TABLE release (n int); CREATE SEQUENCE calls;
            CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                IF nextval('public.calls') = 2 THEN
                    WHILE NOT EXISTS (SELECT FROM public.release) LOOP PERFORM pg_sleep(0.02); END LOOP;
                END IF;
                RETURN NULL; END$$;
            CREATE TRIGGER hang AFTER UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION hang();
            """

        @Test func `a backfill that was killed in the midst of a batch goes on behind the last whole one`() async throws
        {
            let (workplace, server, name) = try await workplace(
                """
                mode = "batches"
                pause = "0s"
                sql = "UPDATE t SET done = true WHERE n IN (SELECT n FROM t WHERE NOT done ORDER BY n LIMIT 10)"
                """)
            try await server.cluster.psql(Self.rows, database: name)
            func count(_ what: ServerText) async throws -> String {
                try await server.cluster.psql("SELECT count(*) FROM \(what)", database: name)
            }
            let killed = try workplace.dbops.start(["run", "refresh", "--config", workplace.jobFile])
            let sessions: ServerText =
                "pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dbops%'"
            try await waitUntil("no batch hangs") { try await count(sessions + " AND wait_event = 'PgSleep'") == "1" }
            killed.send(SIGKILL)
            _ = await killed.ending()
            try await server.cluster.psql("INSERT INTO release VALUES (1)", database: name)
            try await waitUntil("the session stays") { try await count(sessions) == "0" }
            #expect(try await count("t WHERE done") == "10")
            let result = try await workplace.runJobFile("run", "refresh")
            #expect(result.exitCode == 0, "\(result)")
            #expect(try await count("t WHERE done") == "95")
        }

        @Test func `statements that cannot be split are named by file and line, and nothing is sent`() async throws {
            let (workplace, _, _) = try await workplace("file = \"refresh.sql\"")
            try "SELECT 1;\n\\i other.sql\n".write(
                toFile: "\(workplace.folder)/refresh.sql", atomically: true, encoding: .utf8)
            let shown = try await workplace.runJobFile("run", "refresh", "--dry-run")
            expect(shown, failsWith: 78, saying: "\(workplace.folder)/refresh.sql:2", "psql")
        }
    }
}
