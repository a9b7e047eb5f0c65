import Foundation
import JobModel
import ObjectStorage
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// What may happen to a hot standby while it is dumped.
    @Suite struct StandbySourceTests {
        private static let tables: ServerText =
            "CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n; CREATE TABLE other AS SELECT 1 AS n"

        /// A primary with a database and a standby of it. `interrupt` is called with the number of the backup's attempt,
        /// before the first rows are read.
        private func with(
            settings: [String] = [], _ body: (Workbench, ScratchCluster, ConnectionInfo) async throws -> Void
        ) async throws {
            // Of the suite's server there would be too much to copy.
            try await ScratchCluster.with { primary in
                try await Workbench.with(Self.tables, on: primary) { bench in
                    try await StandbyServer.with(of: primary, in: bench.folder, settings: settings) { standby in
                        try await body(bench, primary, standby.with(database: bench.database.database ?? ""))
                    }
                }
            }
        }

        /// A store that calls `interrupt` when the rows of a table are to be read for the first time in an attempt.
        private func store(
            _ bench: Workbench, _ interrupt: @escaping @Sendable (_ attempt: Int) async throws -> Void
        ) -> HookedStore {
            let folders = Folders()
            var store = HookedStore(bench.store)
            store.willBegin = { key in
                guard key.description.hasSuffix(".dat.gz"),
                    let attempt = folders.numberIfNew(
                        String(key.description.split(separator: "/").dropLast().last ?? ""))
                else { return }
                try await interrupt(attempt)
            }
            return store
        }

        /// Folders of backups, in the order in which they were begun.
        private final class Folders: Sendable {
            private let names = Mutex<[String]>([])

            func numberIfNew(_ name: String) -> Int? {
                names.withLock { names in
                    guard !names.contains(name) else { return nil }
                    names.append(name)
                    return names.count
                }
            }
        }

        private static let conflicts = [
            "UPDATE t SET n = n + 1; VACUUM t",
            "ALTER TABLE t ALTER n TYPE bigint; ALTER TABLE other ALTER n TYPE bigint",
        ]

        @Test(arguments: conflicts)
        func `begins anew where a conflict with recovery has ended its sessions`(sql: String) async throws {
            try await with(settings: ["max_standby_streaming_delay=0"]) { bench, primary, standby in
                let store = store(bench) { attempt in
                    guard attempt == 1 else { return }
                    try await bench.psql(ServerText(sql))
                    try await StandbyServer.waitForReplay(standby, of: primary)
                }
                let backup = try await bench.backUp(store: store, connection: standby)
                let warning = try #require(backup.warnings.first { $0.contains("begun anew") })
                #expect(warning.contains("conflict with recovery"))
                #expect(backup.warnings.count == 1)
                #expect(backup.manifest.totals.rows == 1_001)
                #expect(try await bench.store.folders(under: ObjectKey(backup.name.job)).count == 1)
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test(arguments: conflicts)
        func `gives up where each attempt meets a conflict, and leaves nothing`(sql: String) async throws {
            try await with(settings: ["max_standby_streaming_delay=0"]) { bench, primary, standby in
                let attempts = Mutex(0)
                let store = store(bench) { attempt in
                    attempts.withLock { $0 = attempt }
                    try await bench.psql(ServerText(attempt == 2 ? sql.replacing("bigint", with: "numeric") : sql))
                    try await StandbyServer.waitForReplay(standby, of: primary)
                }
                let error = await #expect(throws: StandbyError.self) {
                    try await bench.backUp(store: store, connection: standby)
                }
                guard case .conflicts(_, 3, let reason)? = error else { throw try #require(error) }
                #expect(reason.contains("conflict with recovery"))
                #expect(error?.category == .tryLater)
                #expect(error?.hint?.contains("hot_standby_feedback = on") == true)
                #expect(attempts.withLock { $0 } == 3)
                #expect(try await bench.store.list(under: nil).isEmpty)
            }
        }

        @Test func `finishes on a standby that is promoted meanwhile, and says so`() async throws {
            try await with { bench, _, standby in
                let store = store(bench) { _ in
                    let session = try await Session.open(standby, applicationName: "test")
                    try await session.execute("SELECT pg_promote()")
                    await session.close()
                }
                let backup = try await bench.backUp(store: store, connection: standby)
                #expect(backup.warnings.map { $0.contains("was promoted in the middle") } == [true])
                #expect(backup.manifest.snapshot.inRecovery)
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test func `fails on a standby that is stopped meanwhile, and names it`() async throws {
            try await with { bench, _, standby in
                let store = store(bench) { _ in
                    try StandbyServer.stop(standby)
                    try await waitUntil("the standby does not stop") {
                        access("\(standby.keywords["host"] ?? "")/data/postmaster.pid", F_OK) != 0
                    }
                }
                let error = await #expect(throws: (any Error).self) {
                    try await bench.backUp(store: store, connection: standby)
                }
                let failure = try #require(error as? any UserFacingError)
                #expect(failure.message.contains("was lost: "))
                #expect(failure.message.contains("terminating connection due to administrator command"))
                #expect(failure.category == .failed)
                #expect(try await bench.store.list(under: nil).isEmpty)
            }
        }

        @Test func `says how old the rows of a standby are, and refuses those that are too old`() async throws {
            try await with { bench, primary, standby in
                let session = try await Session.open(standby, applicationName: "test")
                try await bench.psql("INSERT INTO other VALUES (0)")
                try await StandbyServer.waitForReplay(standby, of: primary)
                try await session.execute("SELECT pg_wal_replay_pause()")
                try await bench.psql("INSERT INTO t VALUES (0)")
                try await waitUntil("the standby does not fall behind") {
                    try await StandbyAge.gather(on: session).lagInSeconds ?? 0 > 0
                }
                var settings = BackupSettings()
                settings.maxStandbyLag = .zero
                let error = await #expect(throws: StandbyError.self) {
                    try await bench.backUp(connection: standby, settings: settings)
                }
                #expect(error?.message.contains("behind its primary, more than max_standby_lag") == true)
                #expect(error?.category == .tryLater)
                let backup = try await bench.backUp(connection: standby)
                let snapshot = backup.manifest.snapshot
                #expect(try #require(snapshot.standbyLagInSeconds) > 0)
                #expect(try #require(snapshot.standbyLastCommit) <= snapshot.takenAt)
                #expect(backup.manifest.totals.rows == 1_002)
                try await session.execute("SELECT pg_wal_replay_resume()")
                await session.close()
                try await StandbyServer.waitForReplay(standby, of: primary)
                let fresh = try await bench.backUp(connection: standby, settings: settings)
                #expect(fresh.manifest.totals.rows == 1_003)
            }
        }

        @Test func `a job holds its lock on the primary while it reads from the standby`() async throws {
            try await with { bench, _, standby in
                var target = DatabaseTarget(name: "shop", url: bench.database.textWithoutSecrets)
                target.readURL = standby.textWithoutSecrets
                var configuration = Configuration()
                configuration.databases = [target]
                configuration.stores = [StoreTarget(name: "local", location: bench.store.location)]
                let settings = BackupJob(database: "shop", stores: ["local"])
                let targets = TargetOpener(
                    secrets: SecretReader(environment: [:]), stores: StoreOpener(environment: [:]))
                let work = BackupWork(
                    job: Job(name: "nightly", kind: .backup(settings)), settings: settings,
                    configuration: configuration, targets: targets, zones: ZoneDatabase(), context: bench.context())
                let session = try await bench.openSession()
                let key = JobLock.key(job: "nightly", store: bench.store.location)
                let take = ServerText("SELECT pg_try_advisory_lock(\(key)) AS taken")
                #expect(try await session.query(take).onlyRow().bool("taken"))
                await #expect(throws: LockError.self) { try await work.run() }
                await session.close()
                let result = try await work.run()
                #expect(result.outcome == .succeeded)
            }
        }

        @Test func `a backup that works on is told from one that is too old`() throws {
            let behind = StandbyAge(lastCommitInSeconds: 0, lagInSeconds: 300)
            #expect(
                try behind.warning(server: "s", limit: nil)
                    == "the standby is \(Quantities.seconds(300)) behind its primary: the backup shows the rows as they were "
                    + "then")
            #expect(try StandbyAge(lastCommitInSeconds: 0, lagInSeconds: 299).warning(server: "s", limit: nil) == nil)
            #expect(try behind.warning(server: "s", limit: .seconds(300)) != nil)
            #expect(throws: StandbyError.behind(server: "s", lagInSeconds: 300, limit: .seconds(299))) {
                try behind.warning(server: "s", limit: .seconds(299))
            }
            let unknown = StandbyAge(lastCommitInSeconds: nil, lagInSeconds: nil)
            #expect(try unknown.warning(server: "s", limit: nil)?.contains("not known") == true)
            #expect(throws: StandbyError.self) { try unknown.warning(server: "s", limit: .seconds(9)) }
        }

        @Test func `a statement that was cancelled for the replay is a conflict, and others are none`() {
            func refusal(_ code: String) -> PostgresError {
                .statement(StatementFailure(sqlState: SQLState(code), message: "m", statement: "COPY"))
            }
            #expect(RecoveryConflict.reason(of: refusal("40001")) == "m")
            #expect(RecoveryConflict.reason(of: refusal("57014")) == nil)
            let harvest = TOCHarvest.failure(
                standardError:
                    "pg_dump: error: query failed: ERROR:  canceling statement due to conflict with recovery",
                status: "exited")
            #expect(RecoveryConflict.reason(of: harvest) != nil)
            #expect(RecoveryConflict.reason(of: PostgresError.connectionLost(server: "s", reason: "57P01")) == nil)
        }
    }
}
