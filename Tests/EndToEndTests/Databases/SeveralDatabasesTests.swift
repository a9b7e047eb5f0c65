import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// One job, several databases of a server.
    @Suite struct SeveralDatabasesTests {
        /// A workplace whose job `nightly` backs up the databases that begin with `prefix`, but those with `skip`; and a
        /// job that proves them.
        private func workplace(_ server: TestServer, _ prefix: String, _ more: String = "") throws -> Workplace {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: """
                    [daemon]
                    timezone = "UTC"
                    state = "state"
                    [databases.server]
                    url = \"\"\"\(server.text())\"\"\"
                    [stores.local]
                    url = "store"
                    [jobs.nightly]
                    kind = "backup"
                    database = "server"
                    databases = "\(prefix)*"
                    exclude_databases = ["*skip*"]
                    stores = ["local"]
                    globals = false
                    retention = { last = 1 }
                    require_verified = false
                    workers = 1
                    \(more)
                    [jobs.prove]
                    kind = "verify"
                    of = "nightly"

                    """)
            return workplace
        }

        /// Databases with one table each, whose rows tell whose they are.
        private func make(_ names: [String], on server: TestServer) async throws {
            for name in names {
                _ = try await server.makeDatabase(named: name)
                try await server.psql("CREATE TABLE t AS SELECT current_database() AS name", database: name)
            }
        }

        private func listed(_ workplace: Workplace, _ what: String) async throws -> [String] {
            try await workplace.runJobFile("list", what, "--json").objects().compactMap { $0.text("job") }.sorted()
        }

        private func report(_ result: DBOpsProcess.Result) throws -> [String: Any] {
            try #require(try result.objects().last, "\(result)")
        }

        private func outcomes(_ report: [String: Any]) -> [String: String] {
            let databases = report["databases"] as? [[String: Any]] ?? []
            return Dictionary(
                databases.compactMap { entry in entry.text("database").map { ($0, entry.text("outcome") ?? "") } }
            ) { $1 }
        }

        @Test func `each database is a backup of its own, found anew by every run`() async throws {
            let server = try await ServerPool.current.server()
            let prefix = TestServer.newName("many")
            let (a, b, c) = ("\(prefix) A", "\(prefix)/'b\"", "\(prefix)_c")
            try await make([a, b, "\(prefix)_skip"], on: server)
            let workplace = try workplace(server, prefix)

            let first = try await workplace.runJobFile("backup", "now", "nightly", "--json")
            #expect(first.exitCode == 0, "\(first)")
            #expect(try outcomes(report(first)) == [a: "succeeded", b: "succeeded"])
            #expect(try report(first)["found"] as? [String] == [])
            #expect(try await listed(workplace, "nightly") == ["nightly/\(a)", "nightly/\(b)"].sorted())
            #expect(try await listed(workplace, "nightly/\(b)") == ["nightly/\(b)"])

            // One comes, one goes.
            try await make([c], on: server)
            try await server.psql("DROP DATABASE \"\(a)\"")
            let second = try await workplace.runJobFile("run", "nightly", "--verbose")
            #expect(second.exitCode == 0, "\(second)")
            #expect(second.standardError.contains("new since the last run: \(c)"), "\(second)")
            #expect(second.standardError.contains("not on the server any more: \(a)"), "\(second)")
            // The retention of one touched no other: each has its newest.
            #expect(
                try await listed(workplace, "nightly") == ["nightly/\(a)", "nightly/\(b)", "nightly/\(c)"].sorted())

            // The newest of each comes back as it was.
            for (name, series) in [(a, "nightly/\(a)"), (b, "nightly/\(b)")] {
                let copy = TestServer.newName("copy")
                let restored = try await workplace.runJobFile(
                    "restore", "\(series)@latest", "--into", server.text(copy), "--create")
                #expect(restored.exitCode == 0, "\(restored)")
                #expect(try await server.psql("SELECT name FROM t", database: copy) == name)
            }

            let proof = try await workplace.runJobFile("run", "prove")
            #expect(proof.exitCode == 0, "\(proof)")
            let entries = try await workplace.runJobFile("list", "nightly", "--json").objects()
            #expect(entries.count == 3 && entries.allSatisfy { $0.text("verified_at") != nil }, "\(entries)")
            let pruned = try await workplace.runJobFile("prune", "nightly", "--dry-run", "--json").objects()
            #expect(pruned.count == 3 && pruned.allSatisfy { $0.text("action") == "keep" }, "\(pruned)")
        }

        @Test func `one that fails makes the run partial and is named, and the others are made`() async throws {
            let server = try await ServerPool.current.server()
            let prefix = TestServer.newName("many")
            try await make(["\(prefix)_a", "\(prefix)_b"], on: server)
            try await server.psql("ALTER DATABASE \"\(prefix)_a\" CONNECTION LIMIT 0")
            // Superusers pass a limit; a role that may read everything does not.
            let role = TestServer.newName("role")
            try await server.psql("CREATE ROLE \(role) LOGIN; GRANT pg_read_all_data TO \(role)")
            let workplace = try workplace(server, prefix, "retries = 0")
            try workplace.write(
                jobFile: String(contentsOfFile: workplace.jobFile, encoding: .utf8)
                    .replacing(server.text(), with: server.address("postgres", user: role)))
            let run = try await workplace.runJobFile("backup", "now", "nightly", "--json")
            #expect(run.exitCode == 3, "\(run)")
            #expect(try outcomes(report(run)) == ["\(prefix)_a": "failed", "\(prefix)_b": "succeeded"])
            let runs = try await workplace.runJobFile("runs", "--json").objects()
            #expect(runs.first?.text("outcome") == "partial")
            #expect(runs.first?.text("message")?.hasPrefix("1 of 2 databases: \(prefix)_a: ") == true, "\(runs)")
            #expect(try await listed(workplace, "nightly") == ["nightly/\(prefix)_b"])
            let check = try await workplace.runJobFile("check", "--connect")
            #expect(check.exitCode != 0 && check.standardOutput.contains("server/\(prefix)_a"), "\(check)")
        }

        @Test func `a job's name alone does not name one of its databases`() async throws {
            let server = try await ServerPool.current.server()
            let prefix = TestServer.newName("many")
            try await make(["\(prefix)_shop"], on: server)
            let workplace = try workplace(server, prefix)
            _ = try await workplace.runJobFile("backup", "now")
            expect(
                try await workplace.runJobFile("show", "nightly@latest"), failsWith: 64, saying: "several databases",
                "nightly/\(prefix)_shop@latest")
            expect(
                try await workplace.runJobFile("show", "nightly/\(prefix)_shpo@latest"), failsWith: 69,
                saying: "no backup of nightly/\(prefix)_shpo", "nightly/\(prefix)_shop@latest")
            let shown = try await workplace.runJobFile("show", "nightly/\(prefix)_shop@latest", "--json").objects()
            #expect(shown.first?.text("database") == "\(prefix)_shop")
            let pinned = try await workplace.runJobFile("pin", "nightly/\(prefix)_shop@latest", "--json").objects()
            #expect(pinned.first?["pinned"] as? Bool == true)
        }

        @Test func `a server without any of the databases is a failure, and many gone at once are told`() async throws {
            let server = try await ServerPool.current.server()
            let prefix = TestServer.newName("many")
            let workplace = try workplace(server, prefix)
            expect(
                try await workplace.runJobFile("backup", "now"), failsWith: 69,
                saying: "has no database that the job nightly backs up")
            try await make(["\(prefix)_a", "\(prefix)_b", "\(prefix)_c"], on: server)
            #expect(try await workplace.runJobFile("backup", "now").exitCode == 0)
            try await server.psql("DROP DATABASE \"\(prefix)_a\"")
            try await server.psql("DROP DATABASE \"\(prefix)_b\"")
            let lost = try await workplace.runJobFile("run", "nightly")
            #expect(lost.exitCode == 3, "\(lost)")
            #expect(lost.standardError.contains("2 of 3 databases are gone since the last run"), "\(lost)")
            #expect(try await workplace.runJobFile("run", "nightly").exitCode == 0)
        }

        @Test func `all databases of a server are backed up without a job file`() async throws {
            try await ScratchCluster.with { cluster in
                let workplace = try Workplace()
                for name in ["shop", "Shop", "test_1", "-x"] { _ = try await cluster.createDatabase(name) }
                try await cluster.psql("CREATE DATABASE shut ALLOW_CONNECTIONS false")
                let text = cluster.connectionInfo.textWithoutSecrets
                let result = try await workplace.run(
                    "backup", "now", "--database", text, "--all-databases", "--exclude-database", "test_*", "--to",
                    workplace.store, "--json", "--globals", "none")
                #expect(result.exitCode == 0, "\(result)")
                #expect(
                    try result.objects().compactMap { $0.text("database") }.sorted()
                        == ["-x", "Shop", "postgres", "shop"])
                #expect(result.standardError.contains("the database shut is passed over"), "\(result)")
                #expect(try await workplace.listed("shop").count == 1)
            }
        }
    }
}
