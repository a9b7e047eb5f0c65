import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops advise`, as somebody types it.
    @Suite struct AdviseTests {
        private static let script = """
            CREATE TABLE t (a int PRIMARY KEY, b int); CREATE INDEX first ON t (b); CREATE INDEX second ON t (b);
            CREATE TABLE "B" (a int);
            """

        private func jobFile(_ address: String, _ more: String = "") -> String {
            "[daemon]\nstate = \"state\"\n" + JobFileText.job(of: address) + """
                [jobs.checkup]
                kind = "advise"
                database = "main"
                only = ["duplicate-index", "table-without-key"]
                \(more)

                """
        }

        @Test func `prints findings, their statements, and machines' objects`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.script, database: database)
            let only = ["--only", "duplicate-index,table-without-key"]
            let table = try await workplace.run(["advise", "--database", server.text(database)] + only)
            #expect(table.exitCode == 0, "\(table)")
            #expect(
                table.lines == [
                    "SEVERITY  CHECK              OBJECT         WHAT",
                    "warning   duplicate-index    public.second  is the same index as public.first",
                    "notice    table-without-key  public.\"B\"     has no primary key",
                ])
            let explained = try await workplace.run(
                ["advise", "--database", server.text(database), "--explain"] + only)
            #expect(explained.standardOutput.contains("  remedy      DROP INDEX CONCURRENTLY public.second;\n"))
            let json = try await workplace.run(["advise", "--database", server.text(database), "--json"] + only)
            let objects = try json.objects()
            #expect(objects.map { $0.text("record") } == ["finding", "finding", "summary"])
            #expect(objects.first?.text("id") == "duplicate-index")
            #expect(
                (objects.first?["remedy"] as? [String: Any])?["statements"] as? [String] == [
                    "DROP INDEX CONCURRENTLY public.second;"
                ])
        }

        @Test func `the exit code says that something severe was found`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.script, database: database)
            for (severity, code) in [("critical", Int32(0)), ("warning", 1), ("notice", 1)] {
                let result = try await workplace.run(
                    "advise", "--database", server.text(database), "--only", "duplicate-index", "--fail-on", severity)
                #expect(result.exitCode == code, "\(severity): \(result)")
            }
            #expect(try await workplace.run("advise", "--only", "duplicate-indx", "--list").exitCode == 0)
            let misspelt = try await workplace.run(
                "advise", "--database", server.text(database), "--only", "duplicate-indx")
            #expect(misspelt.exitCode == 64)
            #expect(misspelt.standardError.contains("(did you mean \"duplicate-index\"?)"))
        }

        @Test func `a job remembers its findings, suppresses what it is told, and fails by what it names`() async throws
        {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.script, database: database)
            let address = server.text(database)
            try workplace.write(jobFile: jobFile(address, "fail_on = \"warning\""))
            let first = try await workplace.runJobFile("advise", "checkup", "--json")
            #expect(first.exitCode == 1, "\(first)")
            let seen = try #require(try first.objects().first?.text("first_seen"))
            #expect(try await workplace.runJobFile("run", "checkup").exitCode == 1)

            try workplace.write(
                jobFile: jobFile(
                    address,
                    """
                    suppress = [{ id = "duplicate-index", object = "public.second", until = 2099-01-31, reason = "swap" }]
                    """))
            try await server.psql("ALTER TABLE \"B\" ADD PRIMARY KEY (a)", database: database)
            let second = try await workplace.runJobFile("advise", "checkup", "--json")
            #expect(second.exitCode == 0, "\(second)")
            let objects = try second.objects()
            #expect(objects.map { $0.text("record") } == ["suppressed", "closed", "summary"])
            let suppressed = objects.first?["finding"] as? [String: Any]
            #expect(suppressed?["first_seen"] as? String == seen)
            #expect(objects[1].text("object") == "public.\"B\"")
            let runs = try await workplace.runJobFile("runs", "checkup", "--json").objects()
            #expect(runs.compactMap { $0.text("outcome") }.sorted() == ["failed", "failed", "succeeded"])
        }

        @Test func `a suppression ends with its last day`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.script, database: database)
            for (day, code) in [("2020-01-31", Int32(1)), ("2099-01-31", 0)] {
                try workplace.write(
                    jobFile: jobFile(
                        server.text(database),
                        "fail_on = \"warning\"\nsuppress = [{ id = \"duplicate-index\", until = \(day) }]"))
                #expect(try await workplace.runJobFile("advise", "checkup").exitCode == code, "\(day)")
            }
        }

        @Test func `the printed parts of a job file can be put into one and run, and their findings close`()
            async throws
        {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(
                """
                CREATE TABLE t AS SELECT generate_series(1, 20000) a; ALTER TABLE t ADD PRIMARY KEY (a);
                CREATE TABLE web_sessions (id int PRIMARY KEY, expires_at timestamptz);
                INSERT INTO web_sessions SELECT n, now() - n * '10 minutes'::interval FROM generate_series(1, 110000) n;
                CREATE INDEX ON web_sessions (expires_at); ANALYZE web_sessions;
                """, database: database)
            let head = """
                [daemon]
                state = "state"
                timezone = "UTC"
                [databases.main]
                url = \"\"\"\(server.text(database))\"\"\"
                [stores.local]
                url = "store"
                [jobs.checkup]
                kind = "advise"
                database = "main"
                only = ["stale-statistics", "expired-rows", "no-backup"]

                """
            try workplace.write(jobFile: head)
            let found = try await workplace.runJobFile("advise", "checkup", "--json").objects()
            #expect(found.compactMap { $0.text("id") } == ["no-backup", "stale-statistics", "expired-rows"])
            let fragments = found.compactMap { $0.text("job_file") }
            try workplace.write(jobFile: head + fragments.joined(separator: "\n"))
            let check = try await workplace.runJobFile("check")
            #expect(check.exitCode == 0, "\(check)")
            for job in ["backup-main", "maintain-main", "clean-public-web_sessions"] {
                let run = try await workplace.runJobFile("run", job)
                #expect(run.exitCode == 0, "\(run)")
            }
            let closed = try await workplace.runJobFile("advise", "checkup", "--json").objects()
            #expect(closed.map { $0.text("record") } == ["closed", "closed", "closed", "summary"])
        }
    }
}
