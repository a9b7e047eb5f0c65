import Foundation
import HTTPTransport
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// Where one of several stores fails.
enum StoreFault: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case heartbeat = "at the first heartbeat"
    case begin = "when a table's object begins"
    case append = "in the middle of a table"
    case commit = "when a table's object is done"
    case contents = "at the table of contents"
    case guide = "at RESTORE.md"
    case listing = "in the listing"
    case manifest = "at the manifest"
    case manifestAnswer = "after the manifest"

    var testDescription: String { rawValue }

    /// A store in front of `base` that fails here, and afterwards wherever something is written.
    func store(_ base: any ObjectStore) -> HookedStore {
        var store = HookedStore(base)
        let hasFailed = Journal<Void>()
        @Sendable func fail() throws {
            hasFailed.add(())
            throw StorageError.unavailable(store: "faulty", reason: "no route to host")
        }
        @Sendable func ends(_ key: ObjectKey, _ suffix: String) -> Bool { key.description.hasSuffix(suffix) }
        store.willBegin = { [self] key in
            if !hasFailed.all.isEmpty { try fail() }
            if self == .begin, ends(key, ".dat.gz") { try fail() }
        }
        store.willAppend = { [self] key, count in
            if self == .append, ends(key, ".dat.gz"), count > 10_000 { try fail() }
        }
        store.willCommit = { [self] key in
            switch self {
            case .heartbeat where ends(key, "/running"), .commit where ends(key, ".dat.gz"),
                .contents where ends(key, "/toc.dat"), .guide where ends(key, "/RESTORE.md"),
                .manifest where ends(key, "/manifest.json"):
                try fail()
            default: break
            }
        }
        store.didCommit = { [self] key in if self == .manifestAnswer, ends(key, "/manifest.json") { try fail() } }
        if self == .listing {
            store.listing = { objects in
                objects.map { object in
                    let size = object.sizeInBytes + (ends(object.key, "/toc.dat") ? 1 : 0)
                    return ObjectInfo(key: object.key, sizeInBytes: size, modifiedAt: object.modifiedAt)
                }
            }
        }
        return store
    }
}

extension ServerTests {
    /// One dump into several stores at once.
    @Suite struct SeveralStoresTests {
        private static let tables: ServerText = """
            CREATE TABLE large AS SELECT n, md5(n::text) || md5((-n)::text) AS t FROM generate_series(1, 8000) n;
            CREATE TABLE other AS SELECT n, md5(n::text) || md5((-n)::text) AS t FROM generate_series(1, 8000) n;
            CREATE TABLE small AS SELECT n FROM generate_series(1, 100) n; SELECT lo_from_bytea(100001, 'hello');
            """

        private func second(_ bench: Workbench) -> DirectoryStore {
            DirectoryStore(path: "\(bench.folder.path)/second")
        }

        private func settings(_ change: (inout BackupSettings) -> Void = { _ in }) -> BackupSettings {
            var settings = BackupSettings()
            settings.chunkSizeInBytes = 64 << 10
            change(&settings)
            return settings
        }

        private func operation(
            _ bench: Workbench, _ stores: [any ObjectStore], _ change: (inout BackupSettings) -> Void = { _ in }
        ) -> BackupOperation {
            var operation = BackupOperation(
                context: bench.context(), connection: bench.database,
                destinations: zip(["first", "second", "third"], stores).map { BackupDestination(name: $0, store: $1) },
                job: nil, settings: settings(change))
            operation.sleep = { _ in }
            return operation
        }

        /// All objects of a store, by name.
        private func contents(_ store: any ObjectStore) async throws -> [ObjectKey: [UInt8]] {
            var contents: [ObjectKey: [UInt8]] = [:]
            for object in try await store.list(under: nil) {
                contents[object.key] = try await store.read(object.key, limitInBytes: 1 << 26)
            }
            return contents
        }

        @Test func `every store holds the same bytes, and one proof counts for all`() async throws {
            let server = try MemoryS3()
            try await Workbench.with(Self.tables) { bench in
                let (second, s3) = (second(bench), try MemoryS3Store.open(server))
                let backup = try await operation(bench, [bench.store, second, s3]).execute()
                #expect(backup.outcome == .succeeded)
                #expect(backup.stores.map(\.name) == ["first", "second", "third"])
                #expect(backup.stores.allSatisfy { $0.outcome == .succeeded && $0.error == nil })
                #expect(backup.url == "\(bench.store.location.url)/\(backup.name.folder)")
                let first = try await contents(bench.store)
                #expect(first.count > 6)
                #expect(try await contents(second) == first)
                #expect(try await contents(s3) == first)
                let report = try await bench.verify(backup, store: s3)
                #expect(report.failures == [:])
                let digest = try await bench.source(backup, store: second).manifestSHA256
                #expect(report.manifestSHA256 == digest)
                let guide = try #require(first.first { $0.key.description.hasSuffix("/RESTORE.md") })
                #expect(String(decoding: guide.value, as: UTF8.self).contains("# or, from another copy: "))
            }
        }

        @Test(arguments: StoreFault.allCases, [0, 1])
        func `a store that fails leaves the backup in the other whole`(_ fault: StoreFault, _ index: Int) async throws {
            try await Workbench.with(Self.tables) { bench in
                let second = second(bench)
                let (faulty, sound) = index == 0 ? (bench.store, second) : (second, bench.store)
                var stores: [any ObjectStore] = [bench.store, second]
                stores[index] = fault.store(stores[index])
                let backup = try await operation(bench, stores).execute()
                #expect(backup.outcome == .partial)
                #expect(backup.stores.map(\.outcome) == (index == 0 ? [.failed, .succeeded] : [.succeeded, .failed]))
                #expect(backup.url == "\(sound.location.url)/\(backup.name.folder)")
                #expect(backup.stores[index].error != nil)
                let name = index == 0 ? "first" : "second"
                #expect(backup.warnings.count { $0.contains("the store \(name) is left out") } == 1)
                #expect(try await bench.verify(backup, store: sound).failures == [:])
                #expect(FileManager.default.enumerator(atPath: path(faulty))?.allObjects.count ?? 0 == 0)
            }
        }

        private func path(_ store: DirectoryStore) -> String {
            if case .directory(let path) = store.location { path } else { "" }
        }

        @Test func `a store that is given up in one worker is given up in all, and nobody waits for it any more`()
            async throws
        {
            try await Workbench.with(Self.tables) { bench in
                let second = second(bench)
                let waiting = Journal<ObjectKey>()
                var store = HookedStore(second)
                store.willAppend = { key, _ in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    waiting.add(key)
                    // The second of two workers fails while the first is in the middle of its object.
                    try await waitUntil("no second worker") { Set(waiting.all).count > 1 }
                    if key == waiting.all.first { return }
                    throw StorageError.unavailable(store: "faulty", reason: "connection reset")
                }
                let backup = try await operation(bench, [bench.store, store]) { $0.workers = 2 }.execute()
                #expect(backup.outcome == .partial)
                #expect(try await bench.verify(backup).failures == [:])
                #expect(try await second.list(under: nil) == [])
                #expect(FileManager.default.enumerator(atPath: path(second))?.allObjects.count ?? 0 == 0)
            }
        }

        @Test func `a full store gets its room back while the run goes on`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let second = second(bench)
                let left = Journal<[String]>()
                var (full, sound) = (HookedStore(second), HookedStore(bench.store))
                full.willCommit = { key in
                    if key.description.hasSuffix("/toc.dat") {
                        throw StorageError.cannotWrite(object: "\(key)", reason: "No space left on device")
                    }
                }
                sound.willBegin = { key in
                    if key.description.hasSuffix("/members.json.gz") {
                        try await waitUntil("there is no room yet") {
                            try await second.list(under: nil).count == 1
                        }
                        left.add(try await second.list(under: nil).map(\.key.description))
                    }
                }
                let backup = try await operation(bench, [sound, full]).execute()
                #expect(left.all == [["\(backup.name.folder)/running"]])
                #expect(try await second.list(under: nil) == [])
            }
        }

        @Test func `fails with the first store's error where all fail, and leaves nothing`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let second = second(bench)
                var (first, other) = (HookedStore(bench.store), HookedStore(second))
                first.willCommit = { key in
                    if key.description.hasSuffix("/manifest.json") {
                        throw StorageError.cannotWrite(object: "first", reason: "read-only")
                    }
                }
                other.willCommit = { key in
                    if key.description.hasSuffix("/toc.dat") {
                        throw StorageError.unavailable(store: "second", reason: "gone")
                    }
                }
                let operation = operation(bench, [first, other])
                let error = await #expect(throws: StorageError.self) { try await operation.execute() }
                #expect(error == .cannotWrite(object: "first", reason: "read-only"))
                let left = try await bench.store.list(under: nil) + second.list(under: nil)
                #expect(left == [])
            }
        }

        @Test func `a cancelled run cleans all stores`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let second = second(bench)
                let (begun, signal) = AsyncStream.makeStream(of: Void.self)
                var store = HookedStore(bench.store)
                store.willAppend = { key, count in
                    guard key.description.hasSuffix(".dat.gz"), count > 10_000 else { return }
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                }
                let operation = operation(bench, [store, second])
                let task = Task { try await operation.execute() }
                for await _ in begun { break }
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                let left = try await bench.store.list(under: nil) + second.list(under: nil)
                #expect(left == [])
            }
        }

        @Test func `a store that is named twice is written once`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let again = DirectoryStore(path: path(bench.store))
                let backup = try await operation(bench, [bench.store, again]).execute()
                #expect(backup.stores.count == 1)
            }
        }

        @Test(arguments: [true, false])
        func `a server that goes silent in the middle is given up, and costs only its own copy`(
            isBlackhole: Bool
        ) async throws {
            let server = try MemoryS3()
            let proxy = try FaultProxy(upstreamPort: Int(server.server.port))
            defer { proxy.stop() }
            try await Workbench.with(Self.tables) { bench in
                var settings = S3Settings(
                    partPlan: PartPlan(firstPartSizeInBytes: 5 << 20),
                    retry: RetryPolicy(attempts: 2, firstDelay: .milliseconds(1)), stallTimeout: .seconds(4))
                settings.completionTimeout = .seconds(4)
                let s3 = try S3Store(
                    location: S3Location(bucket: "bucket", endpoint: proxy.endpoint, pathStyle: true),
                    endpoint: proxy.endpoint, region: "us-east-1",
                    credentials: S3Credentials(accessKey: "a", secretKey: "b"),
                    transport: CurlTransport(settings: .init()),
                    settings: settings)
                var sound = HookedStore(bench.store)
                sound.willCommit = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    proxy.set { faults in
                        if isBlackhole { faults.isBlackhole = true } else { faults.resetAfterBytes = 1 }
                    }
                }
                let backup = try await operation(bench, [s3, sound]).execute()
                #expect(backup.outcome == .partial)
                #expect(backup.stores.map(\.outcome) == [.failed, .succeeded])
                #expect(try await bench.verify(backup).failures == [:])
                // What could not be removed is no backup, and bears the mark by which it is swept.
                #expect(server.objects.keys.filter { $0.hasSuffix("manifest.json") } == [])
                #expect(server.objects.keys.contains("\(backup.name.folder)/running"))
                #expect(backup.warnings.contains { $0.contains("could not be removed") })
            }
        }
    }
}
