import Foundation
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops check`, which says what is wrong before a job finds out at night.
    @Suite struct CheckTests {
        @Test func `the printed grants are what is missing, and make the check pass`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql(
                """
                CREATE SCHEMA "Odd one"; CREATE TABLE "Odd one"."a""b" AS SELECT 1 AS n; CREATE TABLE open AS SELECT 2 AS n;
                CREATE TABLE closed (id serial); CREATE TABLE narrow (a int, b int); CREATE VIEW unread AS SELECT 1;
                CREATE TABLE guarded AS SELECT 3 AS n; ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
                SELECT lo_from_bytea(4711, 'x'), lo_from_bytea(4712, 'x'); GRANT SELECT ON LARGE OBJECT 4712 TO PUBLIC;
                CREATE ROLE \(role) LOGIN; GRANT SELECT ON open, guarded TO \(role); GRANT SELECT (a) ON narrow TO \(role);
                """, database: database)
            try workplace.write(
                jobFile: JobFileText.job(of: server.address(database, user: role), "schedule = \"0 2 * * *\""))

            let before = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(before.exitCode == 77, "\(before)")
            let statements = try before.objects().flatMap { $0["statements"] as? [String] ?? [] }
            #expect(
                statements == [
                    #"GRANT USAGE ON SCHEMA "Odd one" TO "\#(role)";"#,
                    #"GRANT SELECT ON TABLE "Odd one"."a""b" TO "\#(role)";"#,
                    #"GRANT SELECT ON TABLE "public"."closed" TO "\#(role)";"#,
                    #"GRANT SELECT ON TABLE "public"."narrow" TO "\#(role)";"#,
                    #"GRANT SELECT ON SEQUENCE "public"."closed_id_seq" TO "\#(role)";"#,
                    #"GRANT SELECT ON LARGE OBJECT 4711 TO "\#(role)";"#,
                    #"ALTER ROLE "\#(role)" BYPASSRLS;"#,
                ])
            let text = try await workplace.runJobFile("check", "--connect").standardOutput
            let pasted = text.split(separator: "\n").filter { $0.hasPrefix("GRANT") || $0.hasPrefix("ALTER") }
            #expect(pasted.map(String.init) == statements)

            try await server.psql(pasted.joined(separator: "\n"), database: database)
            let after = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(after.exitCode == 0, "\(after)")
            #expect(try after.objects().allSatisfy { $0.text("level") != "fault" }, "\(after)")
            #expect(try after.objects().contains { $0.text("message") == "the job nightly would copy 5 tables" })
            #expect(
                !FileManager.default.fileExists(atPath: workplace.store)
                    || Workplace.files(below: workplace.store) == [])
        }

        @Test func `what no job's backup holds needs no privilege`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql(
                "CREATE TABLE open (); CREATE TABLE closed (); CREATE ROLE \(role) LOGIN; GRANT SELECT ON open TO \(role)",
                database: database)
            let address = server.address(database, user: role)
            try workplace.write(jobFile: JobFileText.job(of: address, "exclude_tables = [\"closed\"]"))
            let result = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(result.exitCode == 0, "\(result)")
            let warning = try result.objects().first {
                $0.text("level") == "warning" && $0.text("subject") == "database main"
            }
            #expect(warning?.text("message")?.contains("1 table (public.closed); no job's backup holds them") == true)
        }

        @Test func `a bucket is written, read, listed and deleted from, and nothing is left in it`() async throws {
            let server = try MemoryS3()
            let workplace = try Workplace()
            var dbops = workplace.dbops
            dbops.environment.merge(["AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"]) { $1 }
            try workplace.write(
                jobFile: """
                    [daemon]
                    state = "state"
                    [stores.bucket]
                    url = "s3://\(server.bucket)/prod"
                    endpoint = "\(server.endpoint)"
                    path_style = true
                    """)
            func check() async throws -> (code: Int32?, store: [String: Any]) {
                let result = try await dbops.run(["check", "--connect", "--json", "--config", workplace.jobFile])
                let store = try result.objects().first { $0.text("subject") == "store bucket" }
                return (result.exitCode, try #require(store, "\(result)"))
            }
            let good = try await check()
            #expect(good.code == 0 && good.store.text("level") == "ok", "\(good)")
            #expect(server.objects.isEmpty)
            for (method, action) in [("PUT", "s3:PutObject"), ("DELETE", "s3:DeleteObject")] {
                server.inject(.init(method, times: 1, .error(403, "AccessDenied")))
                let refused = try await check()
                #expect(refused.code == 77, "\(refused)")
                #expect(refused.store.text("advice")?.contains(action) == true, "\(refused)")
            }
        }

        @Test func `a place that cannot hold the history is named`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql("CREATE ROLE \(role) LOGIN")
            func state(_ place: String) async throws -> (code: Int32?, finding: [String: Any]) {
                try workplace.write(jobFile: "[daemon]\nstate = \"\"\"\(place)\"\"\"\n")
                let result = try await workplace.runJobFile("check", "--connect", "--json")
                let finding = try result.objects().first { $0.text("subject") == "state" }
                return (result.exitCode, try #require(finding, "\(result)"))
            }
            try Data().write(to: URL(fileURLWithPath: "\(workplace.folder)/file"))
            let blocked = try await state("file/state")
            #expect(blocked.code == 0 && blocked.finding.text("level") == "warning", "\(blocked)")
            let free = try await state("state/below")
            #expect(free.finding.text("level") == "ok", "\(free)")
            #expect(!FileManager.default.fileExists(atPath: "\(workplace.folder)/state"))
            let url = server.cluster.connectionInfo.with(database: database).with(user: role).displayText
            let refused = try await state(url)
            #expect(refused.code == 77 && refused.finding.text("level") == "fault", "\(refused)")
            #expect(refused.finding.text("advice")?.contains("CREATE SCHEMA dbops AUTHORIZATION") == true, "\(refused)")
            try await server.psql("CREATE SCHEMA dbops AUTHORIZATION \(role)", database: database)
            #expect(try await state(url).finding.text("level") == "ok")
            try await server.psql(
                "CREATE TABLE dbops.schema_version AS SELECT 1000 AS version; "
                    + "ALTER TABLE dbops.schema_version OWNER TO \(role)", database: database)
            let newer = try await state(url)
            #expect(newer.code == 69 && newer.finding.text("message")?.contains("newer dbops") == true, "\(newer)")
        }

        @Test func `everything that fails is named in one run, with what to do`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            let role = TestServer.newName("role")
            try await server.psql("CREATE ROLE \(role) LOGIN")
            try Data().write(to: URL(fileURLWithPath: "\(workplace.folder)/file"))
            try workplace.write(
                jobFile: JobFileText.job(of: server.text(database)) + """
                    [databases.gone]
                    url = "host=127.0.0.1 port=1 dbname=x"
                    [databases.secretless]
                    url = "host=127.0.0.1 port=1 dbname=x"
                    password_env = "NOT_SET_ANYWHERE"
                    [databases.judged]
                    url = \"\"\"\(server.text(database))\"\"\"
                    scratch_url = \"\"\"\(server.address("postgres", user: role))\"\"\"
                    [stores.broken]
                    url = "file"
                    [jobs.judged]
                    kind = "backup"
                    database = "judged"
                    stores = ["local"]
                    [jobs.prove]
                    kind = "verify"
                    of = "judged"
                    """)
            let result = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(result.exitCode == 78, "\(result)")
            let faults = try result.objects().filter { $0.text("level") == "fault" }
            #expect(
                faults.compactMap { $0.text("subject") }
                    == ["database gone", "database secretless", "proofs of judged", "store broken"])
            #expect(faults.allSatisfy { $0.text("advice") != nil || $0.text("subject") == "store broken" }, "\(faults)")
            #expect(faults.contains { $0["statements"] as? [String] == ["ALTER ROLE \"\(role)\" CREATEDB;"] })
            let good = try result.objects().filter { $0.text("level") == "ok" }.compactMap { $0.text("subject") }
            #expect(Set(good).isSuperset(of: ["database main", "proofs of main", "store local"]), "\(result)")
        }

        @Test func `every fault of the job file is named with its place, and nothing is connected to`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: "[jobs.a]\nkind = \"backup\"\ndatabase = \"shop\"\nstores = []\nretantion = { last = 3 }\n")
            let result = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(result.exitCode == 78)
            #expect(
                result.standardError.split(separator: "\n") == [
                    "\(workplace.jobFile):3:1: no database is called \"shop\"",
                    "\(workplace.jobFile):4:1: \"stores\" names none: backups would go nowhere",
                    "\(workplace.jobFile):5:1: unknown key \"retantion\" (did you mean \"retention\"?)",
                ])
            #expect(try result.objects().map { $0.number("line") } == [3, 4, 5])
        }

        @Test func `jobs come with their next firing`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: "[daemon]\ntimezone = \"UTC\"\n" + JobFileText.job(of: "dbname=x", "schedule = \"0 2 1 1 *\"")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nafter = \"nightly\"\n")
            let result = try await workplace.runJobFile("check", "--json")
            #expect(result.exitCode == 0)
            let jobs = try result.objects()
            #expect(jobs.map { $0.text("job") } == ["nightly", "prove"])
            #expect(jobs[0].text("next")?.contains("-01-01T02:00:00Z") == true)
            #expect(jobs[1]["next"] is NSNull)
            #expect(result.standardError == "")
        }

        @Test func `the job file is the option's, else the variable's, else that of the folder`() async throws {
            let workplace = try Workplace()
            for name in ["option", "variable", "dbops"] {
                try Data("\(name) = 1\n".utf8).write(to: URL(fileURLWithPath: "\(workplace.folder)/\(name).toml"))
            }
            func named(_ command: String) async throws -> String {
                try await workplace.shell("\(command) 2>&1 | grep -o 'unknown key \"[a-z]*\"' || true")
            }
            let dbops = "'\(DBOpsProcess.path)' check"
            let variable = "DBOPS_CONFIG='\(workplace.folder)/variable.toml'"
            #expect(try await named("\(variable) \(dbops) --config option.toml") == "unknown key \"option\"\n")
            #expect(try await named("\(variable) \(dbops)") == "unknown key \"variable\"\n")
            #expect(try await named("DBOPS_CONFIG= \(dbops)") == "unknown key \"dbops\"\n")
            let missing = try await workplace.run("check", "--config", "\(workplace.folder)/nothing.toml")
            #expect(missing.exitCode == 78)
            #expect(missing.standardError.contains("nothing.toml: there is no such file"))
        }

        @Test func `a secret that others may read is warned of, and is nowhere in the output`() async throws {
            let workplace = try Workplace()
            try Data("tigre-secret\n".utf8).write(to: URL(fileURLWithPath: "\(workplace.folder)/password"))
            chmod("\(workplace.folder)/password", 0o644)
            let text = JobFileText.job(of: "host=127.0.0.1 port=1 dbname=x")
            try workplace.write(
                jobFile: text.replacing("[stores.local]", with: "password_file = \"password\"\n[stores.local]"))
            let result = try await workplace.runJobFile("check", "--connect", "--verbose")
            #expect(result.standardOutput.contains("every user of this machine may read or change it"))
            #expect(!"\(result)".contains("tigre"))
        }
    }
}
