import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// What options ask of a dump that dbops has not made.
    @Suite struct ForeignRequestedChecksTests {
        private static let sound = """
            CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT i, 'row' FROM generate_series(1, 300) i;
            CREATE FUNCTION adds() RETURNS bool LANGUAGE sql AS 'INSERT INTO t VALUES (0); SELECT true';
            """

        /// An index over a function that never gives the same twice: rows and definitions are as dumped.
        private static let unsound = """
            CREATE FUNCTION wobbly(int) RETURNS int IMMUTABLE LANGUAGE sql
                AS 'SELECT (pg_catalog.random() * 1000000000)::int';
            CREATE INDEX unsound ON t (wobbly(id));
            """

        /// A database that `script` fills, and shell commands that dump it.
        private func dump(_ commands: String, of script: String = sound) async throws -> (
            place: Workplace, path: String
        ) {
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase()
            try await server.psql(script, database: database)
            let place = try Workplace()
            let path = "\(place.folder)/some.file"
            try await server.shell("db='\(database)'; out='\(path)'; \(commands)")
            return (place, path)
        }

        private struct Check {
            let verdict: String
            let found: String
            let details: [String]
        }

        private func checks(_ result: DBOpsProcess.Result) throws -> [String: Check] {
            let checks = try #require(result.objects().first?["checks"] as? [[String: Any]], "\(result)")
            let pairs = checks.map { check in
                (
                    check.text("name") ?? "",
                    Check(
                        verdict: check.text("verdict") ?? "", found: check.text("found") ?? "",
                        details: check["details"] as? [String] ?? [])
                )
            }
            return Dictionary(pairs) { first, _ in first }
        }

        /// Whether this installation has what amcheck takes; where not, it is said and its verdict is not looked at.
        private func hasAmcheck() async throws -> Bool {
            let server = try await ServerPool.current.server()
            let extensions = try await server.psql(
                "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'")
            let program = "\(ScratchCluster.anyBinFolder)/pg_amcheck"
            let isThere = extensions == "1" && FileManager.default.isExecutableFile(atPath: program)
            if !isThere { print("not tried: this installation has no amcheck") }
            return isThere
        }

        @Test(arguments: ["pg_dump $db | gzip > $out", "pg_dump -Fc $db > $out", "pg_dump -C $db > $out"])
        func `the restored database is asked, read and timed`(commands: String) async throws {
            let (place, path) = try await dump(commands)
            let result = try await place.run(
                "restore", "--verify", path, "--json", "--amcheck", "--time-budget", "10h", "--check",
                "has rows=select count(*) = 300 from t", "--check",
                "a role without power=select not rolsuper from pg_roles where rolname = session_user")
            #expect(result.exitCode == 0, "\(result)")
            let checks = try checks(result)
            #expect(checks["has rows"]?.verdict == "passed")
            #expect(checks["a role without power"]?.verdict == "passed")
            #expect(checks["time budget"]?.verdict == "passed")
            if try await hasAmcheck() {
                #expect(checks["amcheck"]?.verdict == "passed")
                #expect(checks["amcheck"]?.found.hasPrefix("no fault in ") == true, "\(result)")
            }
            #expect(Workplace.leftovers(in: place.dbops.temporaryFolder) == [])
        }

        @Test(arguments: ["pg_dump $db | gzip > $out", "pg_dump -Fc $db > $out"])
        func `what does not hold fails the proof, and no check changes anything`(commands: String) async throws {
            let (place, path) = try await dump(commands, of: Self.sound + Self.unsound)
            let result = try await place.run(
                "restore", "--verify", path, "--json", "--amcheck", "--check", "wrong=select count(*) = 1 from t",
                "--check", "writes=select adds()", "--check", "typing error=select count(*) from ordrs")
            #expect(result.exitCode == 65, "\(result)")
            let checks = try checks(result)
            #expect(checks["inventory"]?.verdict == "passed")
            #expect(checks["wrong"]?.verdict == "failed")
            #expect(checks["wrong"]?.found == "false")
            #expect(checks["writes"]?.found.contains("in a read-only transaction") == true, "\(result)")
            #expect(checks["typing error"]?.found.contains("relation \"ordrs\" does not exist") == true, "\(result)")
            #expect(checks["time budget"] == nil)
            guard try await hasAmcheck() else { return }
            #expect(checks["amcheck"]?.verdict == "failed")
            #expect(checks["amcheck"]?.details.joined().contains("unsound") == true, "\(result)")
        }

        @Test func `on a server that was named a superuser asks as one who may only read`() async throws {
            let (place, path) = try await dump("pg_dump $db > $out")
            let server = try await ServerPool.current.server()
            let result = try await place.run(
                "restore", "--verify", path, "--on", server.text(), "--json", "--check",
                "reads=select current_user = 'pg_read_all_data' and count(*) = 300 from t")
            #expect(result.exitCode == 0, "\(result)")
            #expect(try checks(result)["reads"]?.verdict == "passed")
        }

        @Test func `a restore that takes longer than it may fails, and the advice is for a dump`() async throws {
            let (place, path) = try await dump(
                "pg_dump $db | sed 's/^SET row_security.*/SELECT pg_catalog.pg_sleep(1.1);/' > $out")
            let server = try await ServerPool.current.server()
            let options = ["restore", "--verify", path, "--on", server.text(), "--time-budget", "1s"]
            let result = try await place.run(options + ["--json"])
            #expect(result.exitCode == 65, "\(result)")
            let checks = try checks(result)
            #expect(checks.filter { $0.value.verdict == "failed" }.keys.sorted() == ["time budget"])
            #expect(checks["time budget"]?.found.hasPrefix("restored in ") == true, "\(result)")
            #expect(
                checks["time budget"]?.details == [
                    "from the first statement to the last, by one session, on this machine"
                ])
            let said = try await place.run(options)
            #expect(said.standardError.contains("The dump itself is good. Restore on a faster machine"), "\(said)")
        }

        @Test func `what was asked for is skipped, by name, where the dump is damaged`() async throws {
            let server = try await ServerPool.current.server()
            for commands in ["set +o pipefail; pg_dump $db | head -n -8 > $out", ": > $out"] {
                let (place, path) = try await dump(commands)
                let result = try await place.run(
                    "restore", "--verify", path, "--on", server.text(), "--json", "--amcheck", "--time-budget", "10h",
                    "--check", "has rows=select true")
                #expect(result.exitCode == 65, "\(result)")
                let checks = try checks(result)
                for name in ["has rows", "amcheck", "time budget"] {
                    #expect(checks[name]?.verdict == "skipped", "\(name) in \(result)")
                    #expect(checks[name]?.details == ["an earlier check failed"], "\(name) in \(result)")
                }
            }
        }

        @Test func `of several databases the checks ask the one that is said`() async throws {
            try await ScratchCluster.with { cluster in
                try await cluster.psql(
                    """
                    CREATE ROLE app; CREATE DATABASE "My ""Shop" OWNER app; CREATE DATABASE other;
                    REVOKE CONNECT ON DATABASE "My ""Shop" FROM PUBLIC;
                    ALTER DATABASE "My ""Shop" CONNECTION LIMIT 0;
                    """)
                try await cluster.psql(ServerText(Self.sound), database: "My \"Shop")
                try await cluster.psql("CREATE TABLE o (a int PRIMARY KEY)", database: "other")
                let place = try Workplace()
                let host = cluster.connectionInfo.keywords["host"] ?? ""
                try await place.shell("'\(ScratchCluster.anyBinFolder)/pg_dumpall' -h '\(host)' -U postgres > all")
                let all = ["restore", "--verify", "\(place.folder)/all", "--json"]

                let unsaid = try await place.run(all + ["--check", "a=select true"])
                expect(unsaid, failsWith: 64, saying: "nothing says which one", "--check-database NAME")

                let check = ["--check", "has rows=select count(*) = 300 from t", "--check-database"]
                let said = try await place.run(all + ["--amcheck"] + check + ["My \"Shop"])
                #expect(said.exitCode == 0, "\(said)")
                #expect(try checks(said)["has rows"]?.verdict == "passed")
                if try await hasAmcheck() {
                    #expect(try checks(said)["amcheck"]?.verdict == "passed", "\(said)")
                }

                let missing = try await place.run(all + check + ["shop"])
                #expect(missing.exitCode == 65, "\(missing)")
                let found = try checks(missing)["has rows"]?.found
                #expect(found?.hasPrefix("no database shop in the dump, but ") == true, "\(missing)")
                #expect(found?.contains("My \"Shop, other") == true, "\(missing)")
            }
        }

        @Test func `where there is one database none can be said`() async throws {
            let (place, path) = try await dump("pg_dump $db > $out")
            let options = ["--check", "a=select true", "--check-database", "shop"]
            let dump = try await place.run(["restore", "--verify", path] + options)
            expect(dump, failsWith: 64, saying: "the database shop", "Leave out --check-database")
            let server = try await ServerPool.current.server()
            let backup = try await place.backUp(server.text(try await server.makeDatabase()))
            let own = try await place.run(["restore", "--verify", backup] + options)
            expect(own, failsWith: 64, saying: "the database shop", "Leave out --check-database")
        }
    }
}
