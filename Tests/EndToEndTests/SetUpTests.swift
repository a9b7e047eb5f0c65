import Foundation
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops init`: the first minutes with dbops.
    @Suite struct SetUpTests {
        private func initialize(
            _ workplace: Workplace, _ database: String, _ more: String...
        ) async throws -> DBOpsProcess.Result {
            try await workplace.run(
                [
                    "init", "--database", database, "--store", workplace.store, "--output", workplace.jobFile,
                    "--state",
                    "\(workplace.folder)/state", "--timezone", "Europe/Berlin",
                ] + more)
        }

        @Test func `a job file of init passes the check, backs up and is proven`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql("CREATE TABLE t AS SELECT generate_series(1, 100) AS id", database: database)

            let made = try await initialize(workplace, server.text(database))
            try #require(made.exitCode == 0, "\(made)")
            #expect(made.standardOutput.contains("1 table"), "\(made)")
            #expect(made.standardOutput.contains("can be written, read, listed and deleted from"), "\(made)")
            #expect(made.standardOutput.contains(#"CREATE ROLE "dbops_backup" LOGIN;"#), "\(made)")
            #expect(made.standardError.contains("dbops check --connect --config \(workplace.jobFile)"), "\(made)")
            let mode = try FileManager.default.attributesOfItem(atPath: workplace.jobFile)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            let checked = try await workplace.runJobFile("check", "--connect", "--json")
            #expect(checked.exitCode == 0, "\(checked)")
            #expect(try checked.objects().allSatisfy { $0.text("level") != "fault" }, "\(checked)")
            let backup = try await workplace.runJobFile("backup", "now", "nightly")
            #expect(backup.exitCode == 0, "\(backup)")
            let proof = try await workplace.runJobFile("restore", "--verify", "nightly@latest")
            #expect(proof.exitCode == 0, "\(proof)")
        }

        @Test func `the printed role makes the check of the same file pass`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql(
                """
                CREATE TABLE closed (id int); ALTER TABLE closed ENABLE ROW LEVEL SECURITY; SELECT lo_from_bytea(0, 'x');
                CREATE ROLE \(role) LOGIN
                """, database: database)
            let made = try await initialize(workplace, server.address(database, user: role), "--json")
            try #require(made.exitCode == 0, "\(made)")
            let before = try await workplace.runJobFile("check", "--connect")
            #expect(before.exitCode == 77, "\(before)")
            let statements = try #require(try made.objects().last?["statements"] as? [String])
            try await server.psql(statements.joined(separator: "\n"), database: database)
            let after = try await workplace.runJobFile("check", "--connect")
            #expect(after.exitCode == 0, "\(after)")
        }

        @Test func `a job file that is there stays, but for --force`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            try workplace.write(jobFile: "# mine\n")
            let refused = try await initialize(workplace, server.text())
            #expect(refused.exitCode == 73, "\(refused)")
            #expect(refused.standardError.contains("--force"), "\(refused)")
            #expect(try String(contentsOfFile: workplace.jobFile, encoding: .utf8) == "# mine\n")
            let forced = try await initialize(workplace, server.text(), "--force", "--quiet")
            #expect(forced.exitCode == 0, "\(forced)")
            #expect(try String(contentsOfFile: workplace.jobFile, encoding: .utf8).contains("[jobs.nightly]"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: workplace.folder).allSatisfy {
                    !$0.hasSuffix(".new")
                })
        }

        @Test(arguments: [
            (["--database", "postgresql://a:secret@h/d", "--store", "/s"], "it holds a password"),
            (["--database", "postgresql://h/d"], "--store URL is missing"),
            (["--store", "/s"], "--database URL is missing"),
            (["--database", "postgresql://h/d", "--store", "ftp://h"], "\"ftp\" are not known"),
            (["--database", "hots=x", "--store", "/s"], "invalid connection option"),
            (["--database", "host=h", "--store", "/s", "--notify", "phone"], "--notify takes"),
        ])
        func `what cannot stand in a job file is refused, and none is written`(
            options: [String], reason: String
        ) async throws {
            let workplace = try Workplace()
            let result = try await workplace.run(["init", "--output", workplace.jobFile] + options)
            #expect(result.exitCode == 64, "\(result)")
            #expect(result.standardError.contains(reason), "\(result)")
            #expect(!result.standardError.contains("secret"), "\(result)")
            #expect(!FileManager.default.fileExists(atPath: workplace.jobFile))
        }

        @Test func `a server that cannot be reached yet is told, and the file is written`() async throws {
            let workplace = try Workplace()
            let made = try await initialize(workplace, "postgresql://backup@127.0.0.1:1/shop", "--json")
            #expect(made.exitCode == 0, "\(made)")
            let fault = try made.objects().first { $0.text("level") == "fault" }
            #expect(fault?.text("subject") == "database shop", "\(made)")
            #expect(try await workplace.runJobFile("check").exitCode == 0)
        }

        @Test func `at a terminal it asks, and asks again`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let answers = [
                "postgresql://a:b@h/d", server.text(database), "", workplace.store, "99 * * * *", "30 3 * * *",
                "Europe/Berlin", "phone", "slack",
            ]
            let script = """
                import os, pty, sys
                child, terminal = pty.fork()
                if child == 0: os.execv(sys.argv[1], sys.argv[1:])
                answers = os.environ["ANSWERS"].split("|")
                said = b""
                while True:
                    try: piece = os.read(terminal, 4096)
                    except OSError: break
                    if not piece: break
                    said += piece
                    if said.rstrip(b"\\n").endswith(b": ") and answers:
                        os.write(terminal, answers.pop(0).encode() + b"\\n"); said += b"\\n"
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                print(said.decode()); sys.exit(code)
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(workplace.folder)/ask.py"))
            let said = try await workplace.shell(
                "python3 ask.py '\(DBOpsProcess.path)' init --state state --output '\(workplace.jobFile)'",
                environment: ["ANSWERS": answers.joined(separator: "|")])
            #expect(said.contains("it holds a password"), "\(said)")
            #expect(said.contains("\"phone\" is none of these"), "\(said)")
            #expect(said.contains("DBOPS_SLACK_URL"), "\(said)")
            let text = try String(contentsOfFile: workplace.jobFile, encoding: .utf8)
            #expect(text.contains("schedule = \"30 3 * * *\"") && text.contains("timezone = \"Europe/Berlin\""))
            #expect(try await workplace.runJobFile("check").exitCode == 0)
        }
    }
}
