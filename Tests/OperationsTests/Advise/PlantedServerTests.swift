import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// Faults of a server that take two sessions, a load or a worker: planted as they happen, with limits that a test can
    /// reach.
    @Suite struct PlantedServerTests {
        private func find(
            _ check: AdviceCheck, _ bench: Workbench, memory: any JobMemory = NoJobMemory()
        ) async throws -> [Finding] {
            let session = try await Session.openDirect(
                bench.database, applicationName: "dbops test", lockTimeout: .milliseconds(100),
                statementTimeout: .seconds(60), settings: ["SET default_transaction_read_only = on"])
            do {
                var server = try await AdviceServer.gather(session)
                server.observedForSeconds = 40 * 86_400
                let findings = try await check.look(AdviceProbe(session: session, server: server, memory: memory))
                await session.close()
                return findings
            } catch {
                await session.close()
                throw error
            }
        }

        @Test func `finds deadlocks`() async throws {
            try await Workbench.with("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (2)") { bench in
                #expect(try await find(.deadlocks(leastPerDay: 0), bench) == [])
                let (first, second) = (try await bench.openSession(), try await bench.openSession())
                try await first.execute("BEGIN; UPDATE t SET a = a WHERE a = 1")
                try await second.execute("BEGIN; UPDATE t SET a = a WHERE a = 2")
                async let one: Void? = try? first.execute("UPDATE t SET a = a WHERE a = 2")
                async let other: Void? = try? second.execute("UPDATE t SET a = a WHERE a = 1")
                let ended = await [one, other].count { $0 == nil }
                #expect(ended == 1)
                await first.close()
                await second.close()
                try await waitUntil("no deadlock is counted") {
                    try await find(.deadlocks(leastPerDay: 0), bench).first?.evidence["deadlocks"] == 1
                }
                #expect(try await find(.deadlocks(), bench) == [])
            }
        }

        @Test func `finds sessions that come and go, and those that get lost`() async throws {
            try await Workbench.with { bench in
                for _ in 1...4 {
                    let session = try await bench.openSession()
                    _ = try? await session.query("SELECT pg_terminate_backend(pg_backend_pid())")
                    await session.close()
                }
                let check = AdviceCheck.connectionChurn(leastPerSecond: 1_000, leastSessions: 4)
                try await waitUntil("no lost session is counted") {
                    try await find(check, bench).first?.summary.contains("were lost, killed or ended by an error")
                        == true
                }
                #expect(try await find(.connectionChurn(leastPerSecond: 0, leastSessions: 4), bench).count == 1)
                #expect(try await find(.connectionChurn(), bench) == [])
            }
        }

        @Test func `finds blocks that are read slowly, where reading is timed`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 20000) n; ANALYZE t;
                SELECT count(*) FROM t; SELECT count(*) FROM t;
                """
            let limits = CacheHitLimits(fraction: 1, reads: 1, milliseconds: 0)
            for (timing, count) in [("on", 1), ("off", 0)] {
                let settings = ["track_io_timing": timing, "shared_buffers": "1MB"]
                try await ScratchCluster.with(settings: settings) { cluster in
                    try await Workbench.with(script, on: cluster) { bench in
                        try await waitUntil("no read is counted") {
                            try await bench.count(
                                "SELECT blks_read FROM pg_stat_database WHERE datname = current_database()") > 0
                        }
                        #expect(try await find(.cacheHit(limits), bench).count == count)
                        #expect(try await find(.cacheHit(), bench) == [])
                    }
                }
            }
        }

        @Test func `finds autovacuum without a free worker`() async throws {
            // A worker that pauses for a tenth of a second at each page.
            let settings = [
                "autovacuum": "on", "autovacuum_max_workers": "1", "autovacuum_naptime": "1s",
                "autovacuum_vacuum_cost_delay": "100ms", "autovacuum_vacuum_cost_limit": "1",
                "autovacuum_vacuum_threshold": "1",
            ]
            try await ScratchCluster.with(settings: settings) { cluster in
                let script: ServerText = """
                    CREATE TABLE t AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 20000) n;
                    DELETE FROM t;
                    """
                try await Workbench.with(script, on: cluster) { bench in
                    try await waitUntil("no worker is busy") {
                        try await find(.autovacuumSaturated(leastSeconds: 0), bench).map(\.object) == ["server"]
                    }
                    #expect(try await find(.autovacuumSaturated, bench) == [])
                }
            }
        }

        private static let withStatements = ScratchCluster.binFolders.filter {
            FileManager.default.fileExists(atPath: "\($0)/../lib/pg_stat_statements.so")
        }

        @Test(arguments: withStatements)
        func `finds statements that have become slow, and an account that forgets`(_ binFolder: String) async throws {
            let settings = ["shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "100"]
            try await ScratchCluster.with(binFolder, settings: settings) { cluster in
                let script: ServerText = """
                    CREATE SCHEMA "Stats"; CREATE EXTENSION pg_stat_statements SCHEMA "Stats";
                    CREATE FUNCTION work(seconds float8) RETURNS int LANGUAGE plpgsql
                      AS 'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
                    """
                try await Workbench.with(script, on: cluster) { bench in
                    let memory = TestMemory()
                    let limits = StatementLimits(
                        calls: 3, factor: 2, regressedMilliseconds: 20, slowMilliseconds: 1_000_000)
                    func round(_ seconds: Double) async throws -> [Finding] {
                        let session = try await bench.openSession()
                        for _ in 1...3 { _ = try await session.query("SELECT public.work(\(seconds))") }
                        await session.close()
                        return try await find(.slowStatement(limits), bench, memory: memory)
                    }
                    #expect(try await round(0) == [])
                    #expect(try await round(0) == [])
                    let found = try await round(0.1)
                    #expect(found.count == 1)
                    #expect(found.first?.severity == .warning)
                    // What is printed finds its text, by a schema that a superuser's search path may lack.
                    #expect(found.first?.remedy.statements.first?.contains("queryid = ") == true)

                    #expect(try await find(.statementsEvicted(leastPerDay: 1), bench) == [])
                    let others = (1...150).map { "SELECT \(Array(repeating: "1", count: $0).joined(separator: ","));" }
                        .joined()
                    try await bench.psql(ServerText(others))
                    let forgetful = try await find(.statementsEvicted(leastPerDay: 1), bench)
                    #expect(forgetful.map(\.object) == ["database"])
                    #expect(forgetful.first?.evidence["pg_stat_statements_max"] == "100")
                }
            }
        }

        @Test func `finds owners whom their own policies do not hold`() async throws {
            let role = "owner_\(UInt32.random(in: 0 ... .max))"
            let script: ServerText = """
                CREATE ROLE \(ServerText(role)) LOGIN; CREATE TABLE t (a int); CREATE POLICY p ON t USING (a > 0);
                ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t OWNER TO \(ServerText(role));
                """
            try await Workbench.with(script) { bench in
                #expect(try await find(.rowSecurityGap, bench) == [])
                let session = try await Session.open(bench.database.with(user: role), applicationName: "test")
                let found = try await find(.rowSecurityGap, bench)
                #expect(found.map(\.object) == ["public.t"])
                try await bench.psql("ALTER TABLE t FORCE ROW LEVEL SECURITY")
                #expect(try await find(.rowSecurityGap, bench) == [])
                await session.close()
                try await waitUntil("the session does not end") {
                    try await bench.count("SELECT count(*) FROM pg_stat_activity WHERE usename = '\(role)'") == 0
                }
                try await bench.psql("DROP TABLE t; DROP ROLE \(ServerText(role))")
            }
        }

        @Test func `finds a database that the job file makes no backup of`() async throws {
            try await Workbench.with { bench in
                let session = try await bench.openSession()
                var server = try await AdviceServer.gather(session)
                func find() async throws -> [Finding] {
                    try await AdviceCheck.noBackup.look(AdviceProbe(session: session, server: server))
                }
                #expect(try await find() == [])
                server.jobs = AdviceJobs()
                server.jobs?.stores = ["offsite"]
                server.targetName = "shop"
                let found = try await find()
                #expect(found.map(\.object) == ["database"])
                #expect(found.first?.jobFile?.contains("stores = [\"offsite\"]") == true)
                server.jobs?.backups = ["nightly"]
                #expect(try await find() == [])
                await session.close()
            }
        }
    }
}
