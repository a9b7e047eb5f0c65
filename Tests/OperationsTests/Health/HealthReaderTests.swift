import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct HealthReaderTests {
        private func read(_ bench: Workbench, _ connection: ConnectionInfo? = nil) async throws -> HealthValues {
            let reader = try await HealthReader.open(connection ?? bench.database, context: bench.context())
            do {
                let values = try await reader.read()
                await reader.close()
                return values
            } catch {
                await reader.close()
                throw error
            }
        }

        private static let withStatements = ScratchCluster.binFolders.filter {
            FileManager.default.fileExists(atPath: "\($0)/../lib/pg_stat_statements.so")
        }

        @Test(arguments: ScratchCluster.binFolders)
        func `tells what it finds, on every major`(_ binFolder: String) async throws {
            try await ScratchCluster.with(binFolder, settings: ["max_prepared_transactions": "5"]) { cluster in
                let script: ServerText = """
                    CREATE TABLE t AS SELECT generate_series(1, 1000) AS n; ANALYZE t; DELETE FROM t WHERE n <= 100;
                    SELECT pg_create_physical_replication_slot('kept', true);
                    BEGIN; UPDATE t SET n = 0 WHERE n = 200; PREPARE TRANSACTION 'forgotten';
                    """
                try await Workbench.with(script, on: cluster) { bench in
                    let idle = try await bench.openSession()
                    try await idle.execute("BEGIN; SELECT count(*) FROM t")
                    let values = try await read(bench)
                    #expect(values.server.versionNumber / 10_000 == cluster.version.major)
                    #expect(!values.server.isStandby && values.server.seesAllSessions)
                    #expect(values.server.walPositionBytes > 1 << 20)
                    #expect(values.database.name == bench.database.database)
                    #expect(values.database.sizeBytes > 1 << 20)
                    #expect(values.database.commits > 0)
                    #expect(values.connections.idleInTransaction == 1)
                    #expect(values.connections.total >= 2 && values.connections.active >= 1)
                    #expect(values.connections.max > values.connections.reserved)
                    #expect(values.transactions.oldestSeconds > 0)
                    #expect(values.transactions.longestIdleSeconds > 0)
                    #expect(values.transactions.prepared == 1)
                    #expect(values.transactions.oldestXminAge >= 0)
                    #expect(values.slots.map(\.name) == ["kept"])
                    #expect(values.slots[0].isActive == false && values.slots[0].retainedBytes != nil)
                    #expect(values.archiver == nil && values.recovery == nil && values.standbys.isEmpty)
                    try await idle.execute("ROLLBACK")
                    try await idle.execute("ROLLBACK PREPARED 'forgotten'")
                    await idle.close()
                }
            }
        }

        @Test(arguments: withStatements)
        func `tells which statements take the most time, without their texts`(_ binFolder: String) async throws {
            let settings = ["shared_preload_libraries": "pg_stat_statements"]
            try await ScratchCluster.with(binFolder, settings: settings) { cluster in
                let script: ServerText = "CREATE SCHEMA stats; CREATE EXTENSION pg_stat_statements SCHEMA stats"
                try await Workbench.with(script, on: cluster) { bench in
                    let statements = try #require(try await read(bench).statements)
                    #expect(statements.count > 0 && statements.calls >= statements.count)
                    let times = statements.slowest.map(\.totalSeconds)
                    #expect(!times.isEmpty && times == times.sorted(by: >))
                    #expect(statements.slowest.allSatisfy { Int($0.queryId) != nil })
                }
            }
        }

        @Test func `does without rights to see others, and without pg_stat_statements loaded`() async throws {
            let role = "watcher_\(UInt32.random(in: 0 ... .max))"
            try await Workbench.with("CREATE ROLE \(ServerText(role)) LOGIN; CREATE EXTENSION pg_stat_statements") {
                bench in
                let values = try await read(bench, bench.database.with(user: role))
                #expect(!values.server.seesAllSessions)
                #expect(values.statements == nil)
                try await bench.psql("DROP ROLE \(ServerText(role))")
            }
        }

        @Test func `readings leave one idle session between them`() async throws {
            try await Workbench.with { bench in
                let reader = try await HealthReader.open(bench.database, context: bench.context())
                _ = try await reader.read()
                #expect(
                    try await bench.count(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'dbops %' AND state = 'idle'"
                    ) == 1)
                await reader.close()
            }
        }

        @Test func `tells of a standby from both sides`() async throws {
            try await ScratchCluster.with(settings: ["archive_mode": "on", "archive_command": "false"]) { primary in
                try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", on: primary) { bench in
                    try await bench.psql("SELECT pg_switch_wal()")
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let name = bench.database.database ?? ""
                        let there = try await read(bench, standby.with(database: name))
                        #expect(there.server.isStandby)
                        #expect(there.recovery?.isPaused == false)
                        try await waitUntil("the standby does not stream") {
                            let here = try await read(bench)
                            return here.standbys.map(\.state) == ["streaming"]
                        }
                        try await waitUntil("the archiver does not fail") {
                            try await read(bench).archiver?.isFailing == true
                        }
                        let here = try await read(bench)
                        #expect(here.standbys.first?.syncState == "async")
                        #expect(here.recovery == nil)
                    }
                }
            }
        }
    }
}
