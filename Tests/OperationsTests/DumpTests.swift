import Foundation
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Faults in the middle of a dump: the store of each test tells when an object begins, and fails where it should.
    @Suite struct DumpTests {
        private static let twoTables: ServerText = """
            CREATE TABLE large AS SELECT n, repeat('x', 500) AS t FROM generate_series(1, 8000) n;
            CREATE TABLE small AS SELECT n FROM generate_series(1, 100) n;
            """

        private struct StoreIsFull: Error {}

        private func isRows(_ key: ObjectKey) -> Bool { key.description.hasSuffix(".dat.gz") }

        private func oneWorker(_ change: (inout BackupSettings) -> Void = { _ in }) -> BackupSettings {
            var settings = BackupSettings()
            settings.workers = 1
            change(&settings)
            return settings
        }

        /// What stays when a backup fails: nothing, and what was there before.
        private func expectNoTrace(_ bench: Workbench, beside earlier: BackupReport? = nil) async throws {
            let catalog = try await BackupCatalog(store: bench.store).list(job: nil)
            #expect(catalog.backups.map(\.name) == [earlier?.name].compactMap { $0 })
            #expect(catalog.unreadable.isEmpty)
            let keys = try await bench.store.list(under: nil).map(\.key.description)
            #expect(keys.allSatisfy { key in earlier.map { key.hasPrefix($0.name.folder + "/") } ?? false })
        }

        @Test func `leaves a table behind which an ALTER is queued to the leader, and lets the ALTER pass then`()
            async throws
        {
            try await Workbench.with(Self.twoTables) { bench in
                let (other, observer) = (try await bench.openSession(), try await bench.openSession())
                let alteration = Journal<Task<Void, any Error>>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key), alteration.all.isEmpty else { return }
                    alteration.add(Task { try await other.execute("ALTER TABLE small ADD COLUMN late int DEFAULT 7") })
                    try await bench.waitForWaiter(on: "small", observer)
                }
                let backup = try await bench.backUp(
                    store: store, settings: oneWorker { $0.leaderCheckInterval = .milliseconds(50) })
                try await alteration.all.first?.value
                let small = try #require(backup.manifest.tables.first { $0.name == "small" })
                #expect(small.rows == 100)
                #expect(small.columns == ["n"])
                #expect(bench.reporter.finishedItems == ["public.large", "public.small"])
                #expect(try await bench.count("SELECT sum(late) FROM small") == 700)
                #expect(try await bench.verify(backup).failures == [:])
                await other.close()
                await observer.close()
            }
        }

        @Test func `gives up where a schema changes hands in mid-dump, rather than store another table's rows`()
            async throws
        {
            let script: ServerText = """
                CREATE SCHEMA a; CREATE TABLE a.t AS SELECT n FROM generate_series(1, 3) n;
                CREATE SCHEMA b; CREATE TABLE b.t AS SELECT n FROM generate_series(1, 5) n;
                \(Self.twoTables)
                """
            try await Workbench.with(script) { bench in
                let other = try await bench.openSession()
                let swaps = Journal<Bool>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key), swaps.all.isEmpty else { return }
                    swaps.add(true)
                    try await other.execute(
                        "ALTER SCHEMA a RENAME TO c; ALTER SCHEMA b RENAME TO a; ALTER SCHEMA c RENAME TO b")
                }
                let error = await #expect(throws: OperationError.self) {
                    try await bench.backUp(store: store, settings: oneWorker())
                }
                #expect(error?.category == .tryLater)
                try await expectNoTrace(bench)
                await other.close()
            }
        }

        @Test func `does not copy another table's rows where a schema changes hands under its locks`() async throws {
            let script: ServerText = Self.twoTables + "CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS n"
            try await Workbench.with(script) { bench in
                let schemas = Journal<Void>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key), schemas.all.isEmpty else { return }
                    schemas.add(())
                    try await bench.psql(
                        "ALTER SCHEMA s RENAME TO old; CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 2 AS n")
                }
                let error = await #expect(throws: OperationError.self) {
                    try await bench.backUp(store: store, settings: oneWorker())
                }
                #expect(error == .changingTables(table: "s.t", reason: "another table bears its name now"))
                try await expectNoTrace(bench)
            }
        }

        @Test func `tells once of a session that waits for its locks, also of one that came later`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let leader = try await bench.openSession()
                try await leader.execute("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE")
                let warnings = Warnings(reporter: bench.reporter)
                let watch = LeaderWatch(
                    session: leader, snapshotAge: Stopwatch(), maxSnapshotAge: .seconds(86_400), warnings: warnings)
                try await watch.look()
                #expect(warnings.all == [])
                let (other, observer) = (try await bench.openSession(), try await bench.openSession())
                let waiting = Task { try await other.execute("ALTER TABLE t ADD n int") }
                try await bench.waitForWaiter(on: "t", observer)
                try await watch.look()
                try await watch.look()
                #expect(warnings.all.count == 1)
                #expect(
                    warnings.all.first?.contains("session \(other.server.backendProcessID) (postgres, test)") == true)
                waiting.cancel()
                _ = try? await waiting.value
                for session in [leader, other, observer] { await session.close() }
            }
        }

        @Test func `warns once of a snapshot that is held for longer than it may be`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let old = try await bench.backUp(settings: oneWorker { $0.maxSnapshotAge = .zero })
                #expect(old.warnings.count { $0.contains("max_snapshot_age") } == 1)
                let young = try await bench.backUp(settings: oneWorker { $0.maxSnapshotAge = .seconds(3_600) })
                #expect(young.warnings == [])
            }
        }

        @Test func `tells of an old snapshot while it is being held`() async throws {
            try await Workbench.with { bench in
                let session = try await bench.openSession()
                let warnings = Warnings(reporter: bench.reporter)
                let watch = LeaderWatch(
                    session: session, snapshotAge: Stopwatch(), maxSnapshotAge: .zero, warnings: warnings)
                try await watch.look()
                try await watch.look()
                #expect(warnings.all.count == 1)
                await session.close()
            }
        }

        @Test func `reads rows and large objects no faster than the rate`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 300);
                SELECT lo_from_bytea(0, decode(repeat('00', 200000), 'hex'))
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp(settings: oneWorker { $0.maxRateInBytes = 1_000_000 })
                // Half a second's worth, of which a tenth of a second's passes at once.
                #expect(backup.seconds >= 0.39)
            }
        }

        @Test func `ends when the leader's session is lost, and leaves no backup`() async throws {
            try await Workbench.with(Self.twoTables) { bench in
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key) else { return }
                    // The leader is the one that holds the table of which no worker has begun.
                    try await bench.psql(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE relation = 'small'::regclass")
                    try await Task.sleep(for: .seconds(60))
                }
                let error = await #expect(throws: OperationError.self) {
                    try await bench.backUp(
                        store: store, settings: oneWorker { $0.leaderCheckInterval = .milliseconds(20) })
                }
                guard case .leaderLost? = error else { throw try #require(error) }
                try await expectNoTrace(bench)
            }
        }

        @Test func `discards what it wrote where the store fails in the middle, and keeps earlier backups`()
            async throws
        {
            try await Workbench.with(Self.twoTables) { bench in
                let earlier = try await bench.backUp()
                var store = HookedStore(bench.store)
                store.willAppend = { [self] key, bytes in
                    if isRows(key), bytes > 10_000 {
                        throw StorageError.cannotWrite(object: "\(key)", reason: "disk full")
                    }
                }
                let error = await #expect(throws: StorageError.self) {
                    try await bench.backUp(store: store, settings: oneWorker { $0.chunkSizeInBytes = 256 << 10 })
                }
                #expect(error?.category == .cannotWrite)
                #expect(store.discarded.count == 1)
                try await expectNoTrace(bench, beside: earlier)
                #expect(try await bench.verify(earlier).failures == [:])
            }
        }

        @Test(arguments: ["toc.dat", "members.json.gz", "RESTORE.md", "manifest.json"])
        func `is no backup where one of the last objects cannot be written`(name: String) async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                var store = HookedStore(bench.store)
                store.willCommit = { key in if key.description.hasSuffix("/" + name) { throw StoreIsFull() } }
                await #expect(throws: StoreIsFull.self) { try await bench.backUp(store: store) }
                try await expectNoTrace(bench)
            }
        }

        @Test func `takes a manifest back of which it does not know that it was stored`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                var store = HookedStore(bench.store)
                store.didCommit = { key in if key.description.hasSuffix("/manifest.json") { throw StoreIsFull() } }
                let deletions = Journal<[ObjectKey]>()
                store.willDelete = { deletions.add($0) }
                await #expect(throws: StoreIsFull.self) { try await bench.backUp(store: store) }
                try await expectNoTrace(bench)
                #expect(
                    deletions.all.first?.map { $0.description.hasSuffix("/manifest.json") } == [true], "it goes first")
                #expect(deletions.all.last?.map { $0.description.hasSuffix("/running") } == [true], "it goes last")
            }
        }

        @Test(arguments: [Int64(-1), 1])
        func `writes no manifest where the store lists another size than was written`(difference: Int64) async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                var store = HookedStore(bench.store)
                store.listing = { objects in
                    objects.map { object in
                        let isWrong = object.key.description.hasSuffix(".dat.gz")
                        return ObjectInfo(
                            key: object.key, sizeInBytes: object.sizeInBytes + (isWrong ? difference : 0),
                            modifiedAt: object.modifiedAt)
                    }
                }
                let error = await #expect(throws: OperationError.self) { try await bench.backUp(store: store) }
                guard case .objectDiffers(_, let expected, let found)? = error else { throw try #require(error) }
                #expect(found == expected + difference)
                try await expectNoTrace(bench)
            }
        }

        @Test func `writes no manifest where the store does not list what it had taken`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                var store = HookedStore(bench.store)
                store.listing = { objects in objects.filter { !$0.key.description.hasSuffix("RESTORE.md") } }
                let error = await #expect(throws: OperationError.self) { try await bench.backUp(store: store) }
                guard case .objectDiffers(let object, _, nil)? = error else { throw try #require(error) }
                #expect(object.hasSuffix("/RESTORE.md"))
            }
        }

        @Test func `does not mind a store that lists an object twice`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                var store = HookedStore(bench.store)
                store.listing = { $0 + $0 }
                let backup = try await bench.backUp(store: store)
                #expect(try await bench.verify(backup, store: store).failures == [:])
            }
        }

        @Test func `makes do with fewer workers where the server has no more connections`() async throws {
            let script: ServerText = """
                CREATE ROLE modest LOGIN CONNECTION LIMIT 3; GRANT pg_read_all_data TO modest;
                DO $$BEGIN FOR i IN 1..6 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT 1 AS n', i); END LOOP; END$$
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp(connection: bench.database.with(user: "modest"))
                #expect(backup.manifest.totals.rows == 6)
                #expect(backup.warnings.contains { $0.contains("of 4 workers could connect: ") })
            }
        }

        @Test func `refuses a COPY that delivers another number of rows than the server counts`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT E'two\\nlines' AS t") { bench in
                let session = try await bench.openSession()
                let store = HookedStore(bench.store)
                // CSV lets a newline stand inside of a row.
                let task = TableTask(
                    dumpID: 1, oid: 1, schema: "public", name: "t", columns: ["t"], sizeInBytes: 1,
                    condition: "WHERE true) TO STDOUT (FORMAT csv) -- ", root: nil, fileName: "1.dat.gz", relkind: "r",
                    persistence: "p")
                let name = try #require(BackupName(jobSegment: "shop", idSegment: "20261121T020000Z-abcdef"))
                let destinations = DestinationSet(
                    [BackupDestination(name: "store", store: store)], name: name,
                    warnings: Warnings(reporter: bench.reporter))
                let dump = TableDump(
                    destinations: destinations, settings: BackupSettings(), reporter: bench.reporter, rateLimit: nil)
                await #expect(throws: OperationError.rowCountDiffers(table: "public.t", sent: 1, received: 2)) {
                    _ = try await dump.run(task, on: session)
                }
                #expect(store.discarded.map(\.description) == ["shop/20261121T020000Z-abcdef/1.dat.gz"])
                #expect(try await bench.store.list(under: nil).isEmpty)
                await session.close()
            }
        }

        @Test func `has a heartbeat while it runs, which is renewed, and none after`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let texts = Journal<String>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key) else { return }
                    let heartbeat = ObjectKey(key.description.split(separator: "/").dropLast().joined(separator: "/"))
                        .appending("running")
                    let read = { @Sendable in
                        String(decoding: try await bench.store.read(heartbeat, limitInBytes: 10_000), as: UTF8.self)
                    }
                    texts.add(try await read())
                    bench.clock.advance(by: 60)
                    try await waitUntil("the heartbeat is not renewed") { try await read() != texts.all[0] }
                    texts.add(try await read())
                }
                let backup = try await bench.backUp(
                    store: store, settings: oneWorker { $0.heartbeatInterval = .milliseconds(20) })
                #expect(texts.all.first?.contains("\"renewed_at\" : \"2026-11-21T02:00:00Z\"") == true)
                #expect(texts.all.last?.contains("\"renewed_at\" : \"2026-11-21T02:01:00Z\"") == true)
                #expect(texts.all.first?.contains(backup.manifest.runID) == true)
                let left = try await bench.store.list(under: ObjectKey(backup.name.folder)).map(\.key.description)
                #expect(!left.contains { $0.hasSuffix("running") })
                #expect(backup.warnings == [])
            }
        }

        @Test func `warns where the heartbeat cannot be renewed, and goes on`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let heartbeats = Journal<Void>()
                var store = HookedStore(bench.store)
                store.willCommit = { key in
                    guard key.description.hasSuffix("/running") else { return }
                    heartbeats.add(())
                    if heartbeats.all.count > 1 { throw StorageError.failed(object: "\(key)", reason: "no answer") }
                }
                store.willBegin = { [self] key in
                    if isRows(key) { try await waitUntil("no second heartbeat") { heartbeats.all.count > 1 } }
                }
                let backup = try await bench.backUp(
                    store: store, settings: oneWorker { $0.heartbeatInterval = .milliseconds(20) })
                #expect(backup.warnings.contains { $0.contains("heartbeat object could not be renewed") })
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test func `stops when it is cancelled in the middle, and leaves nothing behind`() async throws {
            try await Workbench.with(Self.twoTables) { bench in
                let (begun, signal) = AsyncStream.makeStream(of: Void.self)
                var store = HookedStore(bench.store)
                store.willAppend = { [self] key, _ in
                    guard isRows(key) else { return }
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                }
                let operation = bench.operation(store: store)
                let task = Task { try await operation.execute() }
                for await _ in begun { break }
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                try await expectNoTrace(bench)
            }
        }

        @Test func `stops when it is cancelled while it waits for a lock`() async throws {
            try await Workbench.with("CREATE TABLE held ()") { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                let operation = bench.operation()
                let task = Task { try await operation.execute() }
                try await bench.waitForWaiter(on: "held", other)
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                try await expectNoTrace(bench)
                await other.close()
            }
        }
    }
}
