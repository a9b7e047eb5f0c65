import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

@Suite struct CopyPlanTests {
    @Test func `copies what is missing or of another size, largest first, and checks the rest`() {
        var manifest = Manifest.example
        manifest.objects = [
            .init(name: "a", size: 10, sha256: "1"), .init(name: "b", size: 30, sha256: "2"),
            .init(name: "c", size: 20, sha256: "3"),
        ]
        let plan = CopyPlan(manifest, found: ["a": 10, "b": 29, "other": 5])
        #expect(plan.steps.map(\.object.name) == ["b", "c", "a"])
        #expect(plan.steps.map(\.action) == [.copy, .copy, .check])
        #expect(plan.bytesToCopy == 50)
        #expect(!plan.hasManifest)
        #expect(CopyPlan(manifest, found: ["manifest.json": 1]).hasManifest)
    }
}

extension ServerTests {
    /// A copy of a backup in another store.
    @Suite struct CopyTests {
        private static let tables: ServerText = """
            CREATE TABLE large AS SELECT n, md5(n::text) || md5((-n)::text) AS t FROM generate_series(1, 8000) n;
            CREATE TABLE small AS SELECT n FROM generate_series(1, 100) n; SELECT lo_from_bytea(100001, 'hello');
            """

        private func second(_ bench: Workbench) -> DirectoryStore {
            DirectoryStore(path: "\(bench.folder.path)/second")
        }

        private func operation(
            _ bench: Workbench, _ backup: BackupReport, from store: (any ObjectStore)? = nil, to target: any ObjectStore
        ) async throws -> CopyOperation {
            CopyOperation(
                context: bench.context(), source: try await bench.source(backup, store: store), target: target,
                heartbeatInterval: .milliseconds(20))
        }

        private func contents(_ store: any ObjectStore) async throws -> [ObjectKey: [UInt8]] {
            var contents: [ObjectKey: [UInt8]] = [:]
            for object in try await store.list(under: nil) {
                contents[object.key] = try await store.read(object.key, limitInBytes: 1 << 26)
            }
            return contents
        }

        @Test func `a copy is the backup, byte for byte, with its proof`() async throws {
            let server = try MemoryS3()
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                _ = try await bench.verify(backup)
                let s3 = try MemoryS3Store.open(server)
                let report = try await operation(bench, backup, to: s3).execute()
                #expect(report.url == "\(s3.location.url)/\(backup.name.folder)")
                #expect(report.objectsCopied == backup.manifest.objects.count)
                #expect(report.bytesCopied == backup.manifest.totals.bytesStored)
                #expect(report.evidenceCopied == 1)
                #expect(report.warnings == [])
                let copied = try await contents(s3)
                #expect(copied == (try await contents(bench.store)))
                let listed = try await BackupCatalog(store: s3).list(job: nil).backups
                #expect(listed.first?.verification != nil)
                #expect(try await bench.verify(backup, store: s3).failures == [:])
            }
        }

        @Test func `the manifest is written last`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                let written = Journal<String>()
                var target = HookedStore(second(bench))
                target.didCommit = { key in
                    let name = key.description.split(separator: "/").last.map(String.init) ?? ""
                    if name != "running" { written.add(name) }
                }
                _ = try await operation(bench, backup, to: target).execute()
                #expect(written.all.last == "manifest.json")
                #expect(written.all.count == backup.manifest.objects.count + 1)
            }
        }

        @Test func `a renamed backup is copied under its own name`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                let path = "\(bench.folder.path)/store/\(backup.name.folder)"
                try FileManager.default.moveItem(atPath: path, toPath: "\(bench.folder.path)/store/kept")
                let source = try await BackupSource.open(ObjectKey("kept"), in: bench.store)
                let report = try await CopyOperation(
                    context: bench.context(), source: source, target: second(bench)
                ).execute()
                #expect(report.name == backup.name)
                #expect(try await BackupCatalog(store: second(bench)).list(job: nil).backups.count == 1)
            }
        }

        @Test func `goes on where a copy broke off, and does not trust what it finds`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                let second = second(bench)
                var target = HookedStore(second)
                target.willCommit = { key in
                    if key.description.hasSuffix("/manifest.json") {
                        throw StorageError.unavailable(store: "target", reason: "no route to host")
                    }
                }
                let broken = try await operation(bench, backup, to: target)
                await #expect(throws: StorageError.self) { try await broken.execute() }
                #expect(try await BackupCatalog(store: second).list(job: nil).backups.isEmpty)
                let toc = ObjectKey(backup.name.folder).appending("toc.dat")
                var bytes = try await second.read(toc, limitInBytes: 1 << 20)
                bytes[bytes.count / 2] ^= 1
                _ = try await second.write(bytes, to: toc)

                let plan = try await operation(bench, backup, to: second).plan()
                #expect(plan.steps.allSatisfy { $0.action == .check })
                let report = try await operation(bench, backup, to: second).execute()
                #expect(report.objectsCopied == 1)
                #expect(report.objectsFound == backup.manifest.objects.count - 1)
                let (copy, original) = (try await contents(second), try await contents(bench.store))
                #expect(copy == original)
            }
        }

        @Test func `a second copy changes nothing, and mends what is damaged`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                let second = second(bench)
                _ = try await operation(bench, backup, to: second).execute()
                let again = try await operation(bench, backup, to: second).execute()
                #expect(again.objectsCopied == 0)
                #expect(again.evidenceCopied == 0)
                try await second.delete([ObjectKey(backup.name.folder).appending("toc.dat")])
                #expect(try await operation(bench, backup, to: second).execute().objectsCopied == 1)
                let (copy, original) = (try await contents(second), try await contents(bench.store))
                #expect(copy == original)
            }
        }

        @Test(arguments: [true, false])
        func `a damaged backup is not copied, and nothing of it stays`(isMissing: Bool) async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                let table = try #require(backup.manifest.tables.first { $0.name == "small" })
                let key = ObjectKey(backup.name.folder).appending(table.file)
                var bytes = try await bench.store.read(key, limitInBytes: 1 << 20)
                bytes[20] ^= 1
                if isMissing {
                    try await bench.store.delete([key])
                } else {
                    _ = try await bench.store.write(bytes, to: key)
                }
                let operation = try await operation(bench, backup, to: second(bench))
                let error = await #expect(throws: ArchiveError.self) { try await operation.execute() }
                #expect(error?.category == .damaged)
                #expect(error?.message.contains(table.file) == true)
                #expect(try await second(bench).list(under: nil) == [])
            }
        }

        @Test func `a backup that is deleted meanwhile is not called damaged`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                var source = HookedStore(bench.store)
                source.willRead = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    try await bench.store.delete(try await bench.store.list(under: nil).map(\.key))
                }
                let operation = try await operation(bench, backup, from: source, to: second(bench))
                let error = await #expect(throws: CopyError.self) { try await operation.execute() }
                #expect(error?.category == .unavailable)
                #expect(try await second(bench).list(under: nil) == [])
            }
        }

        @Test func `another backup of the same name is left alone`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                _ = try await operation(bench, backup, to: second(bench)).execute()
                let manifest = ObjectKey(backup.name.folder).appending("manifest.json")
                var other = try await bench.source(backup).manifest
                other.runID = "another"
                _ = try await second(bench).write(try other.encode(), to: manifest)
                let before = try await contents(second(bench))
                let operation = try await operation(bench, backup, to: second(bench))
                await #expect(throws: CopyError.self) { try await operation.execute() }
                let after = try await contents(second(bench))
                #expect(after == before)
            }
        }

        @Test func `the store that the backup is in is refused`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                let operation = try await operation(
                    bench, backup, to: DirectoryStore(path: "\(bench.folder.path)/store"))
                let error = await #expect(throws: CopyError.self) { try await operation.execute() }
                #expect(error?.category == .usage)
            }
        }

        @Test func `a cancelled copy takes back what it wrote, and its heartbeat lives until then`() async throws {
            try await Workbench.with(Self.tables) { bench in
                let backup = try await bench.backUp()
                let second = second(bench)
                let (begun, signal) = AsyncStream.makeStream(of: Void.self)
                var target = HookedStore(second)
                let heartbeats = Journal<Void>()
                target.didCommit = { key in
                    if key.description.hasSuffix("/running") { heartbeats.add(()) }
                }
                target.willCommit = { key in
                    guard key.description.hasSuffix("/manifest.json") else { return }
                    let objects = try await second.list(under: nil).count
                    #expect(objects == backup.manifest.objects.count + 1)
                    try await waitUntil("the heartbeat is not renewed") { heartbeats.all.count > 2 }
                    signal.yield()
                    try await Task.sleep(for: .seconds(1_000))
                }
                let operation = try await operation(bench, backup, to: target)
                let task = Task { try await operation.execute() }
                for await _ in begun { break }
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                let left = try await second.list(under: nil)
                #expect(left == [])
            }
        }

        @Test func `evidence of another manifest stays behind`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                _ = try await bench.verify(backup)
                let folder = ObjectKey(backup.name.evidenceFolder)
                let record = try #require(try await bench.store.list(under: folder).first).key
                let text = String(decoding: try await bench.store.read(record, limitInBytes: 1 << 20), as: UTF8.self)
                let digest = try await bench.source(backup).manifestSHA256
                let foreign = text.replacingOccurrences(of: digest, with: String(repeating: "0", count: 64))
                _ = try await bench.store.write(Array(foreign.utf8), to: folder.appending("20260101T000000Z-x.json"))
                _ = try await bench.store.write([1, 2], to: folder.appending("note.txt"))
                let report = try await operation(bench, backup, to: second(bench)).execute()
                #expect(report.evidenceCopied == 1)
                #expect(try await second(bench).list(under: folder).map(\.key) == [record])
            }
        }
    }
}
