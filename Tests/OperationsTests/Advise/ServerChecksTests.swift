import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// Every check of the server finds what is planted for it, and nothing on a server that is well.
    @Suite struct ServerChecksTests {
        private actor KeptMemory: JobMemory {
            private var texts: [String: String] = [:]
            func memory(named name: String) -> String? { texts[name] }
            func remember(_ text: String?, as name: String) -> Bool {
                texts[name] = text
                return true
            }
        }

        private let memory = KeptMemory()

        private func find(
            _ check: AdviceCheck, on connection: ConnectionInfo, observedForDays days: Double = 40
        ) async throws -> [Finding] {
            let session = try await Session.openDirect(
                connection, applicationName: "dbops test", lockTimeout: .milliseconds(100),
                statementTimeout: .seconds(60), settings: ["SET default_transaction_read_only = on"])
            do {
                var server = try await AdviceServer.gather(session)
                server.observedForSeconds = days * 86_400
                let findings = try await check.look(AdviceProbe(session: session, server: server, memory: memory))
                await session.close()
                return findings
            } catch {
                await session.close()
                throw error
            }
        }

        private func objects(_ check: AdviceCheck, on connection: ConnectionInfo) async throws -> [String] {
            try await find(check, on: connection).map(\.object).sorted()
        }

        // MARK: - Sessions

        @Test(arguments: ScratchCluster.binFolders)
        func `finds transactions that take long, or wait for their client`(_ binFolder: String) async throws {
            let cluster = try await ScratchCluster.shared(binFolder)
            try await Workbench.with("CREATE TABLE t (n int)", on: cluster) { bench in
                let (idle, working) = (try await bench.openSession(), try await bench.openSession())
                try await idle.execute("BEGIN; LOCK TABLE t")
                let work = Task { try await working.execute("BEGIN; LOCK TABLE t") }
                let process = "session \(idle.server.backendProcessID)"
                try await waitUntil("nobody waits") {
                    let found = try await find(.idleInTransaction(leastSeconds: 0), on: bench.database)
                    return found.first { $0.object == process }?.evidence["blocked_sessions"] == .integer(1)
                }
                let long = try await objects(.longTransaction(leastSeconds: 0), on: bench.database)
                #expect(long.contains("session \(working.server.backendProcessID)") && !long.contains(process))
                #expect(!(try await objects(.idleInTransaction(), on: bench.database)).contains(process))
                await idle.close()
                try await work.value
                await working.close()
            }
        }

        @Test func `a role that does not see other sessions is told so`() async throws {
            let role = "watcher_\(UInt32.random(in: 0 ... .max))"
            try await Workbench.with("CREATE ROLE \(ServerText(role)) LOGIN") { bench in
                let connection = bench.database.with(user: role)
                for check: AdviceCheck in [.longTransaction(), .archiver(), .replicationLag(), .settingChanged] {
                    let gap = await #expect(throws: AdviceGap.self) { _ = try await find(check, on: connection) }
                    #expect(gap?.reason.contains("pg_monitor") == true)
                }
                try await bench.psql("DROP ROLE \(ServerText(role))")
            }
        }

        @Test func `finds a role that has used its connections up`() async throws {
            let role = "busy_\(UInt32.random(in: 0 ... .max))"
            try await Workbench.with("CREATE ROLE \(ServerText(role)) LOGIN CONNECTION LIMIT 1") { bench in
                let session = try await Session.open(bench.database.with(user: role), applicationName: "test")
                let findings = try await find(.connectionSaturation(), on: bench.database)
                #expect(findings.map(\.object) == ["ROLE \(role)"])
                #expect(findings.first?.severity == .critical)
                #expect(findings.first?.remedy.statements == ["ALTER ROLE \(role) CONNECTION LIMIT -1;"])
                await session.close()
                try await waitUntil("the session does not end") {
                    try await bench.count("SELECT count(*) FROM pg_stat_activity WHERE usename = '\(role)'") == 0
                }
                try await bench.psql("DROP ROLE \(ServerText(role))")
            }
        }

        // MARK: - A server with everything wrong

        private static let wrong = [
            "max_prepared_transactions": "5", "archive_mode": "on", "archive_command": "false", "track_io_timing": "on",
        ]

        @Test(arguments: ScratchCluster.binFolders)
        func `finds what is wrong with a server`(_ binFolder: String) async throws {
            try await ScratchCluster.with(binFolder, settings: Self.wrong) { cluster in
                let script: ServerText = """
                    SELECT pg_create_physical_replication_slot('forgotten', true);
                    SELECT pg_create_logical_replication_slot('decoding', 'pgoutput');
                    CREATE TABLE t AS SELECT generate_series(1, 20000) AS n; CREATE ROLE "Chief" SUPERUSER LOGIN;
                    SET work_mem = '64kB'; SELECT count(*) FROM (SELECT n FROM t ORDER BY n DESC OFFSET 0) x; CHECKPOINT; CHECKPOINT;
                    BEGIN; INSERT INTO t VALUES (0); PREPARE TRANSACTION 'it''s open';
                    """
                try await Workbench.with(script, on: cluster) { bench in
                    func objects(_ check: AdviceCheck) async throws -> [String] {
                        try await self.objects(check, on: bench.database)
                    }
                    let prepared = try await find(.preparedTransaction(leastSeconds: 0), on: bench.database)
                    #expect(prepared.map(\.remedy.statements) == [["ROLLBACK PREPARED 'it''s open';"]])
                    #expect(try await objects(.preparedTransaction()) == [])
                    #expect(try await objects(.slotRetainsWAL(leastBytes: 0)) == ["slot decoding", "slot forgotten"])
                    #expect(try await objects(.slotRetainsWAL()) == [])
                    #expect(try await objects(.slotWithoutLimit) == ["server"])
                    #expect(try await objects(.xminHolder(leastAge: 0)) == ["slot decoding"])
                    #expect(try await objects(.xminHolder()) == [])
                    #expect(try await objects(.superuserLogin) == ["ROLE \"Chief\""])
                    #expect(
                        try await objects(.unsafeSetting) == [
                            "autovacuum", "fsync", "full_page_writes", "idle_in_transaction_session_timeout",
                            "synchronous_commit",
                        ])
                    #expect(try await objects(.statementsNotTracked) == ["database"])
                    #expect(try await objects(.untunedSetting) == ["log_lock_waits"])
                    #expect(try await objects(.temporaryFiles(leastBytesPerDay: 0)) == ["database"])
                    try await waitUntil("no checkpoint is counted") {
                        try await objects(.frequentCheckpoints(CheckpointLimits(requested: 1, perHour: 0))) == [
                            "server"
                        ]
                    }
                    // Its judgement is tested by itself: a new database may have read nothing yet.
                    #expect(try await objects(.cacheHit()) == [])
                    let young = WraparoundLimits(warning: 1, patience: 0)
                    #expect(try await objects(.wraparound(young)).contains("database template0"))
                    #expect(try await objects(.wraparound()) == [])
                    let checksums = try await cluster.psql("SHOW data_checksums")
                    #expect(try await objects(.checksumsOff) == (checksums == "on" ? [] : ["server"]))
                    try await bench.psql("SELECT pg_switch_wal()")
                    try await waitUntil("the archiver does not fail") {
                        try await objects(.archiver()) == ["archiver"]
                    }
                    try await bench.psql("ROLLBACK PREPARED 'it''s open'")
                    try await bench.psql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
                    #expect(try await objects(.slotWithoutLimit) == [])
                }
            }
        }

        @Test func `finds what was changed since the last run, once, and what waits for a restart`() async throws {
            try await ScratchCluster.with { cluster in
                let connection = cluster.connectionInfo
                #expect(try await objects(.settingChanged, on: connection) == [])
                // What the command line of a throw-away cluster names, a file cannot change.
                try await cluster.psql("ALTER SYSTEM SET max_worker_processes = 9")
                try await cluster.psql("ALTER SYSTEM SET log_temp_files = '5MB'")
                try await cluster.psql("SELECT pg_reload_conf()")
                try await waitUntil("no setting waits for a restart") {
                    try await objects(.pendingRestart, on: connection) == ["max_worker_processes"]
                }
                var changed: [String] = []
                try await waitUntil("the change is not found") {
                    changed += try await objects(.settingChanged, on: connection)
                    return changed.contains("log_temp_files")
                }
                #expect(changed.count == Set(changed).count)
                #expect(try await objects(.settingChanged, on: connection) == [])
            }
        }

        @Test func `finds standbys that are behind, gone, or missing for commits`() async throws {
            try await ScratchCluster.with { primary in
                try await TestFolder.with { folder in
                    let connection = primary.connectionInfo
                    try await StandbyServer.with(of: primary, in: folder) { standby in
                        let anyLag = ReplicationLimits(bytes: 0, seconds: 0)
                        try await waitUntil("the standby does not stream") {
                            try await objects(.replicationLag(anyLag), on: connection) == ["standby walreceiver"]
                        }
                        #expect(try await objects(.replicationLag(anyLag), on: standby) == ["standby itself"])
                        #expect(try await objects(.standbyDisconnected, on: connection) == [])
                    }
                    try await waitUntil("the standby still streams") {
                        try await objects(.standbyDisconnected, on: connection) == ["standby walreceiver"]
                    }
                    #expect(try await objects(.synchronousStandbyMissing, on: connection) == [])
                    try await primary.psql("ALTER SYSTEM SET synchronous_standby_names = 'walreceiver'")
                    try await primary.psql("SELECT pg_reload_conf()")
                    try await waitUntil("nobody is missing") {
                        try await objects(.synchronousStandbyMissing, on: connection) == ["server"]
                    }
                }
            }
        }

        // MARK: - A server that is well

        private static let well = [
            "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on",
            "idle_in_transaction_session_timeout": "10min", "track_io_timing": "on", "max_slot_wal_keep_size": "10GB",
            "log_lock_waits": "on",
        ]
        private static let withStatements = ScratchCluster.binFolders.filter {
            FileManager.default.fileExists(atPath: "\($0)/../lib/pg_stat_statements.so")
        }

        @Test(arguments: withStatements)
        func `finds nothing on a server that is well`(_ binFolder: String) async throws {
            let settings = Self.well.merging(["shared_preload_libraries": "pg_stat_statements"]) { $1 }
            try await ScratchCluster.with(binFolder, settings: settings) { cluster in
                try await cluster.psql("CREATE EXTENSION pg_stat_statements")
                try await cluster.psql("SELECT pg_create_physical_replication_slot('of_a_standby', true)")
                let connection = cluster.connectionInfo
                // What a throw-away cluster cannot have, and how old the programs here are.
                let excepted: [AdviceID] = [.checksumsOff, .outdatedServer]
                for _ in 1...2 {
                    for check in AdviceCheck.server where !excepted.contains(check.id) {
                        let findings = try await find(check, on: connection)
                        #expect(findings == [], "\(check.id)")
                    }
                }
            }
        }

        @Test func `no check of the server writes, and all can be made on a standby`() async throws {
            try await ScratchCluster.with { primary in
                try await TestFolder.with { folder in
                    try await StandbyServer.with(of: primary, in: folder) { standby in
                        for check in AdviceCheck.server {
                            do { _ = try await find(check, on: standby) } catch is AdviceGap {
                            } catch { Issue.record(error, "\(check.id)") }
                        }
                    }
                }
            }
        }
    }
}
