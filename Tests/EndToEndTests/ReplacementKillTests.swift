import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// `kill -9` of dbops while it puts a backup into the place of a database. Whoever opens the database by its name
    /// must find the old one whole, or the new one whole.
    @Suite struct ReplacementKillTests {
        /// Loading the table takes long in a database that is being restored, and nowhere else.
        private static let shop: ServerText = """
            CREATE FUNCTION is_slow(int) RETURNS boolean LANGUAGE sql AS $$
                SELECT pg_catalog.current_database() = 'shop' OR NOT EXISTS (
                    SELECT FROM pg_catalog.pg_roles WHERE rolname = 'slowly') OR pg_catalog.pg_sleep(0.5) IS NOT NULL $$;
            CREATE TABLE t (id int CHECK (is_slow(id)), t text); INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 40) n;
            """

        /// A server of its own, with a database that has lost rows since its backup.
        private struct Bench {
            let cluster: ScratchCluster
            let workplace: Workplace
            let backup: String

            static func with(_ body: (Bench) async throws -> Void) async throws {
                try await ScratchCluster.with(settings: ["autovacuum": "off", "synchronous_commit": "on"]) { cluster in
                    try await cluster.psql("CREATE DATABASE shop")
                    try await cluster.psql(ReplacementKillTests.shop, database: "shop")
                    let workplace = try Workplace()
                    let backup = try await workplace.backUp(
                        cluster.connectionInfo.with(database: "shop").textWithoutSecrets)
                    try await cluster.psql("DELETE FROM t WHERE id > 10", database: "shop")
                    try await body(Bench(cluster: cluster, workplace: workplace, backup: backup))
                }
            }

            var arguments: [String] {
                ["restore", backup, "--into", cluster.connectionInfo.textWithoutSecrets, "--replace", "shop"]
            }

            func start() throws -> RunningProgram { try workplace.dbops.start(arguments) }

            /// Ends dbops in the middle of whatever it does, and waits until the server has noticed.
            func kill(_ run: RunningProgram) async throws {
                #expect(run.isRunning, "it has ended before: \(run.standardError)")
                run.send(SIGKILL)
                #expect(await run.ending() == .killed(signal: SIGKILL))
            }

            func waitForSessionsToEnd() async throws {
                let sessions: ServerText = """
                    SELECT 1 FROM pg_stat_activity
                     WHERE application_name LIKE 'dbops %' AND application_name <> 'dbops test'
                    """
                #expect(try await eventually { try await cluster.psql(sessions) == "" })
            }

            func rows(in database: String = "shop") async throws -> String {
                try await cluster.psql("SELECT count(*) FROM t", database: database)
            }

            func databases() async throws -> [String] {
                try await cluster.psql(
                    "SELECT datname FROM pg_database WHERE datname ~ '^(shop|dbops)' ORDER BY datname"
                ).split(separator: "\n").map(String.init)
            }

            /// The database that is being restored, once it is there.
            func restored() async throws -> String {
                var found: String?
                #expect(
                    try await eventually {
                        found = try await databases().first { $0.hasPrefix("dbops_restore_") }
                        return found != nil
                    })
                return try #require(found)
            }

            /// Waits until dbops's session is in this statement, which somebody keeps from ending.
            func waitForStatement(_ pattern: String, waitingFor event: String? = nil) async throws {
                let condition = event.map { "AND wait_event = '\($0)'" } ?? ""
                let isThere = try await eventually {
                    try await cluster.psql(
                        ServerText(
                            "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'dbops %' AND state = 'active' "
                                + "AND query LIKE '\(pattern)' \(condition)")) != ""
                }
                #expect(isThere, "nobody is in \(pattern)")
            }

            /// The old database is as it was; what the killed run has left is named by the next one, which succeeds, and
            /// does not touch it.
            func expectUntouched(leaving restored: String, sourceLocation: SourceLocation = #_sourceLocation)
                async throws
            {
                #expect(try await databases() == [restored, "shop"], sourceLocation: sourceLocation)
                #expect(try await rows() == "10", sourceLocation: sourceLocation)
                try await cluster.psql("INSERT INTO t VALUES (11, 'written after the kill')", database: "shop")
                try await cluster.psql("DROP ROLE IF EXISTS slowly")
                let next = try await workplace.dbops.run(arguments)
                #expect(next.exitCode == 0, "\(next)", sourceLocation: sourceLocation)
                #expect(
                    next.standardError.contains("an earlier restore has left the database \(restored)"), "\(next)",
                    sourceLocation: sourceLocation)
                let statement = "DROP DATABASE \"\(restored)\";"
                #expect(next.standardError.contains(statement), "\(next)", sourceLocation: sourceLocation)
                #expect(try await rows() == "40", sourceLocation: sourceLocation)
                try await cluster.psql(ServerText(statement))
                let kept = try #require(try await databases().first { $0.hasPrefix("shop_before_") })
                #expect(try await databases() == ["shop", kept], sourceLocation: sourceLocation)
                #expect(try await rows(in: kept) == "11", sourceLocation: sourceLocation)
            }
        }

        @Test func `while rows are loaded, the old database is not touched`() async throws {
            try await Bench.with { bench in
                try await bench.cluster.psql("CREATE ROLE slowly")
                let run = try bench.start()
                let restored = try await bench.restored()
                try await bench.waitForStatement("COPY %")
                try await bench.kill(run)
                try await bench.waitForSessionsToEnd()
                try await bench.expectUntouched(leaving: restored)
            }
        }

        @Test func `at the first rename, the old database keeps its name`() async throws {
            try await Bench.with { bench in
                try await bench.cluster.psql("CREATE ROLE slowly")
                let run = try bench.start()
                let restored = try await bench.restored()
                let holder = try await bench.cluster.openSession(database: "shop")
                try await bench.cluster.psql("DROP ROLE slowly")
                try await bench.waitForStatement("ALTER DATABASE \"shop\" RENAME%")
                try await bench.kill(run)
                try await bench.waitForSessionsToEnd()
                await holder.close()
                try await bench.expectUntouched(leaving: restored)
            }
        }

        @Test func `between the renames, the old database has its name again`() async throws {
            try await Bench.with { bench in
                try await bench.cluster.psql("CREATE ROLE slowly")
                let run = try bench.start()
                let restored = try await bench.restored()
                let holder = try await bench.cluster.openSession(database: restored)
                try await bench.cluster.psql("DROP ROLE slowly")
                try await bench.waitForStatement("ALTER DATABASE \"dbops%")
                try await bench.kill(run)
                try await bench.waitForSessionsToEnd()
                await holder.close()
                try await bench.expectUntouched(leaving: restored)
            }
        }

        @Test func `while a new database is filled, it is not taken for whole`() async throws {
            try await Bench.with { bench in
                try await bench.cluster.psql("CREATE ROLE slowly; COMMENT ON DATABASE shop IS 'the shop'")
                let target = bench.cluster.connectionInfo.with(database: "copy").textWithoutSecrets
                let arguments = ["restore", bench.backup, "--into", target, "--create"]
                let run = try bench.workplace.dbops.start(arguments)
                try await bench.waitForStatement("COPY %")
                try await bench.kill(run)
                try await bench.waitForSessionsToEnd()
                try await bench.cluster.psql("DROP ROLE slowly")
                let statement = "DROP DATABASE \"copy\";"
                let refused = try await bench.workplace.dbops.run(arguments)
                expect(refused, failsWith: 73, saying: "copy is there, and not whole", statement)
                try await bench.cluster.psql(ServerText(statement))
                let next = try await bench.workplace.dbops.run(arguments)
                #expect(next.exitCode == 0, "\(next)")
                #expect(try await bench.rows(in: "copy") == "40")
                let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'copy'"
                #expect(try await bench.cluster.psql(ServerText(comment)) == "")
            }
        }

        /// The server has the COMMIT, and lets it wait for a standby that is not there.
        @Test func `in the commit, the new database is whole and in its place`() async throws {
            try await Bench.with { bench in
                try await bench.cluster.psql("CREATE ROLE slowly")
                let run = try bench.start()
                let restored = try await bench.restored()
                let holder = try await bench.cluster.openSession(database: restored)
                try await bench.cluster.psql("DROP ROLE slowly")
                try await bench.waitForStatement("ALTER DATABASE \"dbops%")
                try await bench.cluster.psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
                try await bench.cluster.psql("SELECT pg_reload_conf()")
                await holder.close()
                try await bench.waitForStatement("COMMIT%", waitingFor: "SyncRep")
                try await bench.kill(run)
                try await bench.cluster.psql("ALTER SYSTEM RESET synchronous_standby_names")
                try await bench.cluster.psql("SELECT pg_reload_conf()")
                try await bench.waitForSessionsToEnd()
                let kept = try #require(try await bench.databases().first { $0.hasPrefix("shop_before_") })
                #expect(try await bench.databases() == ["shop", kept])
                #expect(try await bench.rows() == "40")
                #expect(try await bench.rows(in: kept) == "10")
            }
        }
    }
}
