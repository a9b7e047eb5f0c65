import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops maintain`, by options and by a job.
    @Suite struct MaintainTests {
        /// What a session has changed counts when it says so, or some time later.
        private static let scripts = [
            "CREATE TABLE dead AS SELECT n FROM generate_series(1, 5000) n; CREATE TABLE quiet AS SELECT 1 AS n",
            "VACUUM ANALYZE dead, quiet", "DELETE FROM dead",
        ]

        /// A workplace with a database in need, and a job that maintains it.
        private func workplace(
            _ more: String = "", user: String? = nil
        ) async throws -> (workplace: Workplace, server: TestServer, database: String) {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            for script in Self.scripts {
                try await server.psql("\(script); SELECT pg_stat_force_next_flush()", database: database)
            }
            let address = user.map { server.address(database, user: $0) } ?? server.text(database)
            try workplace.write(
                jobFile: """
                    [daemon]
                    timezone = "UTC"
                    state = "state"
                    [databases.main]
                    url = \"\"\"\(address)\"\"\"
                    [jobs.housekeeping]
                    kind = "maintain"
                    database = "main"
                    tables = ["public.*"]
                    min_interval = "0s"
                    window = "10m"
                    \(more)
                    """)
            return (workplace, server, database)
        }

        private func actions(_ objects: [[String: Any]]) -> [String] {
            objects.compactMap { object in
                guard let action = object.text("action"), action != "database-statistics" else { return nil }
                return "\(action) \(object.text("object") ?? "")"
            }
        }

        @Test func `a dry run prints the statements with reasons, and the run then does them`() async throws {
            let (workplace, server, database) = try await workplace()
            let options = ["--database", server.text(database), "--table", "public.*", "--min-interval", "0s"]
            let dry = try await workplace.run(["maintain", "--dry-run"] + options)
            #expect(dry.exitCode == 0, "\(dry)")
            #expect(
                dry.standardOutput.contains(
                    "-- 5,000 dead rows, more than 1,050\nVACUUM (VERBOSE, SKIP_LOCKED, TRUNCATE off"))
            #expect(!dry.standardOutput.contains("quiet"))
            #expect(
                try await server.psql(
                    "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'dead'", database: database)
                    == "5000")
            let run = try await workplace.run(["maintain", "--json"] + options)
            #expect(run.exitCode == 0, "\(run)")
            let objects = try run.objects()
            #expect(actions(objects) == ["vacuum public.dead", "analyze public.dead"])
            #expect(objects.first?.text("outcome") == "done")
            #expect(objects.first?.number("removed_rows") == 5_000)
            #expect(objects.last?.text("outcome") == "succeeded")
            let again = try await workplace.run(["maintain"] + options)
            #expect(again.exitCode == 0)
            #expect(again.standardError.contains("needs anything"), "\(again)")
        }

        @Test func `a job is run by its name, recorded with its plan and report, and not as another kind`() async throws
        {
            let (workplace, _, _) = try await workplace()
            let dry = try await workplace.runJobFile("maintain", "housekeeping", "--dry-run", "--json")
            #expect(try actions(dry.objects()) == ["vacuum public.dead", "analyze public.dead"], "\(dry)")
            let sameDry = try await workplace.runJobFile("run", "housekeeping", "--dry-run", "--json")
            #expect(sameDry.lines.first == dry.lines.first)
            let run = try await workplace.runJobFile("maintain", "housekeeping", "--json")
            #expect(run.exitCode == 0, "\(run)")
            #expect(try run.objects().last?.text("outcome") == "succeeded")
            let steps = try #require(try run.objects().first?["steps"] as? [[String: Any]])
            #expect(actions(steps) == ["vacuum public.dead", "analyze public.dead"])
            #expect(try await workplace.runJobFile("runs", "--json").objects().count == 1)
            let wrong = try await workplace.runJobFile("maintain", "housekeping")
            expect(wrong, failsWith: 64, saying: "housekeeping")
        }

        @Test func `options and a job exclude each other`() async throws {
            let workplace = try Workplace()
            for arguments in [
                [], ["job", "--database", "dbname=x"], ["job", "--vacuum", "all"], ["job", "--password-file", "x"],
                ["--database", "dbname=x", "--vacuum", "some"], ["--database", "dbname=x", "--window", "0s"],
                ["--database", "dbname=x", "--vacuum", "off", "--analyze", "off"],
            ] {
                let result = try await workplace.run(["maintain"] + arguments)
                #expect(result.exitCode == 64, "\(arguments): \(result)")
            }
        }

        @Test func `what a role may not maintain is a failed run, and check says so before`() async throws {
            let (workplace, server, _) = try await workplace(user: "gardener")
            try await server.psql("CREATE ROLE gardener LOGIN")
            let check = try await workplace.runJobFile("check", "--connect")
            #expect(check.exitCode == 77, "\(check)")
            #expect(check.standardOutput.contains("the job housekeeping may not maintain public.dead, public.quiet"))
            let run = try await workplace.runJobFile("maintain", "housekeeping")
            #expect(run.exitCode == 77, "\(run)")
            #expect(run.standardError.contains("VACUUM of public.dead"))
        }

        @Test func `a run that is killed in the middle of a rebuild ends on the server, and the next one cleans up`()
            async throws
        {
            let (workplace, server, database) = try await workplace(
                """
                vacuum = "off"
                analyze = "off"
                reindex = "bloated"
                reindex_min_waste_mib = 1
                """)
            func count(_ query: String) async throws -> String { try await server.psql(query, database: database) }
            let invalid = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE NOT indisvalid"
            try await server.psql(
                """
                CREATE TABLE t AS SELECT n FROM generate_series(1, 300000) n; CREATE INDEX i ON t (n); ANALYZE t
                """, database: database)
            #expect(try await workplace.runJobFile("maintain", "housekeeping", "--quiet").exitCode == 0)
            try await server.psql("DELETE FROM t WHERE n % 5 <> 0", database: database)
            try await server.psql("VACUUM ANALYZE t", database: database)
            // The rebuild waits for its snapshot.
            let other = try await server.cluster.openSession(database: database)
            try await other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            let program = try workplace.dbops.start(
                ["maintain", "housekeeping", "--config", workplace.jobFile])
            let waiting =
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'REINDEX%' AND wait_event_type = 'Lock'"
            try await waitUntil("no rebuild waits: \(program.standardError)") { try await count(waiting) == "1" }
            program.send(SIGKILL)
            #expect(await program.ending() == .killed(signal: SIGKILL))
            // The server itself finds out that nobody is there any more.
            try await waitUntil("the rebuild goes on") { try await count(waiting) == "0" }
            #expect(try await count(invalid) == "1")
            await other.close()
            let next = try await workplace.runJobFile("maintain", "housekeeping", "--json")
            #expect(next.exitCode == 0, "\(next)")
            let steps = try #require(try next.objects().first?["steps"] as? [[String: Any]])
            #expect(actions(steps) == ["drop-index public.i_ccnew", "reindex public.i"])
            #expect(try await count(invalid) == "0")
        }

        @Test func `a run beside a dump is to be tried later`() async throws {
            let (workplace, server, database) = try await workplace()
            let dump = try await server.cluster.openSession(database: database)
            try await dump.execute(
                "SET application_name = pg_dump; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM quiet")
            let result = try await workplace.run("maintain", "--database", server.text(database))
            expect(result, failsWith: 75, saying: "a dump of", "pg_dump")
            let run = try await workplace.runJobFile("run", "housekeeping", "--json")
            #expect(run.exitCode == 75, "\(run)")
            #expect(try run.objects().last?.text("outcome") == "skipped")
            await dump.close()
        }
    }
}
