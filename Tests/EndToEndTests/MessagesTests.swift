import Foundation
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// What a tired operator reads when something is wrong: what, on what, why, and what to do; once.
    @Suite struct MessagesTests {
        @Test(arguments: [
            (["bakcup", "now"], "there is no command \"bakcup\"", "Did you mean \"backup\"?"),
            (["conjure"], "there is no command \"conjure\"", "dbops --help"),
        ])
        func `a command that is none is named, with the nearest`(
            arguments: [String], message: String, hint: String
        ) async throws {
            expect(try await Workplace().run(arguments), failsWith: 64, saying: message, hint)
        }

        @Test func `help of a command is still help`() async throws {
            let result = try await Workplace().succeed("help", "backup")
            #expect(result.standardOutput.contains("USAGE: dbops backup"))
        }

        @Test(
            arguments: [
                (
                    "postgresql://x@127.0.0.1:1/y", 69, "postgresql://x@127.0.0.1:1/y: Connection refused\n",
                    "listen_addresses"
                ),
                ("postgresql://x@127.0.0.1:99999/y", 64, "not one from 1 to 65535", "postgresql://USER@HOST:PORT"),
                ("service=nosuch", 64, "service=nosuch", ".pg_service.conf"),
                (
                    "host=/nowhere port=5 dbname=y", 69, "socket /nowhere/.s.PGSQL.5: No such file or directory\n",
                    "port"
                ),
            ] as [(String, Int32, String, String)])
        func `an address where no server answers is told once, and without libpq's guesses`(
            url: String, code: Int32, words: String, hint: String
        ) async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("backup", "now", "--database", url, "--to", workplace.store)
            expect(result, failsWith: code, saying: words, hint)
            #expect(!result.standardError.contains("Is the server running"))
        }

        @Test func `a password file that is missing or empty is named`() async throws {
            let workplace = try Workplace()
            let file = "\(workplace.folder)/password"
            let arguments = [
                "backup", "now", "--database", "postgresql://x@127.0.0.1:1/y", "--to", workplace.store,
                "--password-file",
                file,
            ]
            expect(try await workplace.run(arguments), failsWith: 78, saying: file, "there is no such file")
            try Data("\n".utf8).write(to: URL(fileURLWithPath: file))
            expect(try await workplace.run(arguments), failsWith: 78, saying: file, "is empty")
        }

        @Test func `a run's failure is said once, with its log's name`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: "[daemon]\nstate = \"state\"\n" + JobFileText.job(of: "host=127.0.0.1 port=1 dbname=x"))
            let result = try await workplace.runJobFile("run", "nightly")
            #expect(result.exitCode == 69, "\(result)")
            let said = result.standardError.split(separator: "\n").filter { $0.contains("Connection refused") }
            #expect(said.count == 1 && said.first?.hasPrefix("nightly failed: cannot connect") == true, "\(result)")
            let id = try #require(result.standardOutput.split(separator: " ").first)
            let log = try await workplace.runJobFile("log", String(id))
            #expect(log.standardOutput.contains("  warning  cannot connect"), "\(log)")
        }

        @Test func `what goes wrong beside a run is a warning in words, not a line of a log`() async throws {
            let workplace = try Workplace()
            let file = "\(workplace.folder)/file"
            try Data().write(to: URL(fileURLWithPath: file))
            try workplace.write(
                jobFile: "[daemon]\nstate = \"file/state\"\n" + JobFileText.job(of: "host=127.0.0.1 port=1 dbname=x"))
            let result = try await workplace.runJobFile("run", "nightly")
            #expect(
                result.standardError.contains(
                    "Warning: The history cannot be used: cannot write the run history \(file)"),
                "\(result)")
            #expect(result.standardError.contains("Error: Runs are not in the history (job.names nightly, runs 1)"))
            #expect(!result.standardError.contains("[Operations]"), "\(result)")
        }

        @Test(arguments: ["nightly", "nightly@oldest", "nightyl"])
        func `a word that names no backup is met with how backups are named`(word: String) async throws {
            let workplace = try Workplace()
            try workplace.write(jobFile: JobFileText.job(of: "dbname=x"))
            let result = try await workplace.runJobFile("restore", "--verify", word)
            expect(result, failsWith: 69, saying: "\"\(word)\"", "nightly@latest")
        }

        @Test func `runs of a job that is none are not just nothing`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: "[daemon]\nstate = \"state\"\n" + JobFileText.job(of: "host=127.0.0.1 port=1 dbname=x"))
            _ = try await workplace.runJobFile("run", "nightly")
            let result = try await workplace.runJobFile("runs", "nigthly")
            #expect(result.exitCode == 0)
            #expect(result.standardError.contains("the job file has no job \"nigthly\". Did you mean \"nightly\"?"))
        }

        @Test func `a backup is found although another store cannot be asked`() async throws {
            let store = try await StoreWithBackup()
            let workplace = store.workplace
            try Data().write(to: URL(fileURLWithPath: "\(workplace.folder)/file"))
            try workplace.write(
                jobFile: """
                    [stores.broken]
                    url = "file/below"
                    [stores.bucket]
                    url = "s3://bucket/x"
                    [stores.good]
                    url = "\(store.path)"
                    """)
            let found = try await workplace.runJobFile("show", store.id)
            #expect(found.exitCode == 0, "\(found)")
            #expect(found.standardError.contains("Warning: there are no credentials for the store s3://bucket/x"))
            let other = "20200101T000000Z-aaaaaa"
            let missing = try await workplace.runJobFile("show", other)
            expect(missing, failsWith: 69, saying: "\(other) is not in file://\(store.path); and ", "file/below")
        }

        @Test func `a job's other stores are named where the first has no answer`() async throws {
            let workplace = try Workplace()
            let job = JobFileText.job(of: "dbname=x").replacing("stores = [", with: "stores = [\"bucket\", ")
            try workplace.write(
                jobFile: job + "[stores.bucket]\nurl = \"s3://b/x\"\nendpoint = \"http://127.0.0.1:1\"\n")
            let result = try await workplace.runJobFile("restore", "--verify", "nightly@latest")
            expect(result, failsWith: 77, saying: "there are no credentials", "--store local")
        }

        @Test func `a damaged manifest is told with the place of its backup`() async throws {
            let store = try await StoreWithBackup()
            let manifest = "\(store.path)/earlier/\(store.id)/manifest.json"
            try Data("{}".utf8).write(to: URL(fileURLWithPath: manifest))
            let result = try await store.workplace.run("show", "\(store.path)/earlier/\(store.id)")
            expect(result, failsWith: 65, saying: "file://\(manifest) is damaged")
            let list = try await store.workplace.run("list", "--store", store.path)
            #expect(list.standardError.contains("\(store.id) cannot be used: manifest.json is damaged"), "\(list)")
        }

        @Test func `a backup that lacks an object is called damaged, and not no backup`() async throws {
            let store = try await StoreWithBackup()
            let backup = "\(store.path)/earlier/\(store.id)"
            try FileManager.default.removeItem(atPath: "\(backup)/RESTORE.md")
            let result = try await store.workplace.run(
                "restore", backup, "--into", store.server.text("nowhere"), "--create")
            expect(
                result, failsWith: 65, saying: "file://\(backup) is damaged: RESTORE.md is missing", "another backup")
        }

        @Test func `a restore needs to be told into which database`() async throws {
            let store = try await StoreWithBackup()
            let target = store.server.cluster.connectionInfo.with("dbname", nil).textWithoutSecrets
            let result = try await store.workplace.run("restore", "\(store.path)/earlier/\(store.id)", "--into", target)
            expect(result, failsWith: 64, saying: "--into names no database", "--create")
        }

        @Test func `a proof that came to nothing tells no time of recovery`() async throws {
            let workplace = try Workplace()
            let dump = "\(workplace.folder)/dump.sql.gz"
            try Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]).write(to: URL(fileURLWithPath: dump))
            let result = try await workplace.run("restore", "--verify", dump)
            #expect(result.exitCode == 65, "\(result)")
            #expect(result.standardOutput.contains("NOT PROVEN"))
            #expect(!result.standardError.contains("Recovery took"), "\(result)")
        }

        @Test func `a missing pg_amcheck is known before the night`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let names = ["pg_dump", "pg_restore", "pg_dumpall", "postgres", "initdb", "psql"]
            let tools = try ToolFolder(like: server.binFolder, in: workplace, only: names)
            let database = try await server.makeDatabase()
            let proof = "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n"
            func warnings(_ more: String) async throws -> [String] {
                try workplace.write(jobFile: JobFileText.job(of: server.text(database)) + proof + more)
                let result = try await workplace.runJobFile("check", "--connect", "--json", "--pg-bin", tools.path)
                #expect(result.exitCode == 0, "\(result)")
                return try result.objects().filter { $0.text("level") == "warning" }.compactMap { $0.text("message") }
            }
            #expect(try await warnings("") == [])
            let warned = try await warnings("amcheck = true\n")
            #expect(warned.count == 1)
            #expect(
                warned.first?.hasPrefix("amcheck of prove would be skipped: pg_amcheck of PostgreSQL ") == true,
                "\(warned)")
            #expect(warned.first?.contains("apt-get install postgresql-client-") == true)
        }

        @Test func `a role without a connection to spare is told so, not that pg_dumpall failed`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let role = TestServer.newName("role")
            try await server.psql(
                "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1; GRANT pg_read_all_data TO \(role)")
            let result = try await workplace.run(
                "backup", "now", "--database", server.address(database, user: role), "--to", workplace.store)
            expect(result, failsWith: 75, saying: "too many connections for role", "max_connections")
        }
    }
}
