import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations

@Suite struct BackupCatalogTests {
    private func put(_ job: String, _ id: String, in store: DirectoryStore, _ manifest: [UInt8]? = nil) async throws {
        let name = BackupName(job: job, id: try #require(BackupID(id)))
        let bytes = try manifest ?? Manifest.example.encode()
        _ = try await store.write(bytes, to: ObjectKey(name.folder + "/manifest.json"))
    }

    private func with(_ body: (DirectoryStore, BackupCatalog) async throws -> Void) async throws {
        try await TestFolder.with { folder in
            let store = DirectoryStore(path: "\(folder.path)/store")
            try await body(store, BackupCatalog(store: store))
        }
    }

    @Test func `lists backups of all jobs, or of one, oldest first`() async throws {
        try await with { store, catalog in
            try await put("b/c", "20261121T020000Z-aaaaaa", in: store)
            try await put("a", "20261122T020000Z-aaaaaa", in: store)
            try await put("a", "20261120T020000Z-aaaaaa", in: store)
            let all = try await catalog.list(job: nil)
            #expect(all.backups.map { $0.name.id.description.prefix(8) } == ["20261120", "20261121", "20261122"])
            #expect(all.unreadable.isEmpty)
            #expect(try await catalog.list(job: "b/c").backups.map(\.name.job) == ["b/c"])
            #expect(try await catalog.list(job: "b").backups.isEmpty)
        }
    }

    @Test func `takes nothing for a backup that has no manifest or another name`() async throws {
        try await with { store, catalog in
            for key in [
                "a/20261121T020000Z-aaaaaa/toc.dat", "a/20261121T020000Z-aaaaaa/running", "a/notes/manifest.json",
                "a/20261121T020000Z-bbbbbb.evidence/manifest.json", "a/20261399T020000Z-aaaaaa/manifest.json",
                "manifest.json",
            ] {
                _ = try await store.write(try Manifest.example.encode(), to: ObjectKey(key))
            }
            let list = try await catalog.list(job: nil)
            #expect(list.backups.isEmpty && list.unreadable.isEmpty)
        }
    }

    @Test func `names what looks like a backup and cannot be read, beside those that can`() async throws {
        try await with { store, catalog in
            var torn = try Manifest.example.encode()
            torn.removeLast(100)
            let newer = String(decoding: try Manifest.example.encode(), as: UTF8.self)
                .replacing("\"format_version\" : 1", with: "\"format_version\" : 99")
            try await put("a", "20261121T020000Z-aaaaaa", in: store, torn)
            try await put("a", "20261121T020000Z-bbbbbb", in: store, Array(newer.utf8))
            try await put("a", "20261121T020000Z-cccccc", in: store)
            let list = try await catalog.list(job: nil)
            #expect(list.backups.map(\.name.id.description) == ["20261121T020000Z-cccccc"])
            #expect(list.unreadable.count == 2)
            #expect(list.unreadable.last?.url.hasSuffix("/a/20261121T020000Z-bbbbbb") == true)
            #expect(list.unreadable.last?.reason.contains("newer") == true)
        }
    }

    @Test func `tells when the newest backup of each of many jobs began, from their own folders`() async throws {
        try await with { store, _ in
            let jobs = (10..<30).map { "job/\($0)" }
            for job in jobs.dropLast() {
                try await put(job, "20261120T020000Z-aaaaaa", in: store)
                try await put(job, "202611\(job.suffix(2))T020000Z-aaaaaa", in: store)
            }
            var hooked = HookedStore(store)
            let looks = Journal<String>()
            hooked.willLook = { looks.add($0?.description ?? "everything") }
            let found = await BackupCatalog(store: hooked).newestInstants(of: jobs, within: .seconds(600))
            #expect(found.count == 19)
            #expect(found["job/12"]?.text == "2026-11-20T02:00:00Z")
            #expect(found["job/27"]?.text == "2026-11-27T02:00:00Z")
            #expect(!looks.all.contains("everything"))
        }
    }

    @Test func `tells in time what it could find out`() async throws {
        try await with { store, _ in
            for job in ["a", "b"] { try await put(job, "20261121T020000Z-aaaaaa", in: store) }
            var hooked = HookedStore(store)
            // As a store does that does not answer.
            hooked.willLook = { if $0 == ObjectKey("b") { try await Task.sleep(for: .seconds(86_400)) } }
            let found = await BackupCatalog(store: hooked).newestInstants(of: ["b", "a"], within: .milliseconds(200))
            #expect(found["b"] == nil)
        }
    }

    @Test func `finds a backup by its id in whatever job`() async throws {
        try await with { store, catalog in
            try await put("b/c", "20261121T020000Z-aaaaaa", in: store)
            let id = try #require(BackupID("20261121T020000Z-aaaaaa"))
            #expect(try await catalog.folder(of: id) == ObjectKey("b=c/20261121T020000Z-aaaaaa"))
            #expect(try await catalog.folder(of: try #require(BackupID("20261121T020000Z-zzzzzz"))) == nil)
        }
    }

    @Test func `tells a folder without a manifest from nothing at all`() async throws {
        try await with { store, _ in
            _ = try await store.write([1], to: ObjectKey("a/unfinished/toc.dat"))
            let unfinished = await #expect(throws: OperationError.self) {
                _ = try await BackupSource.open(ObjectKey("a/unfinished"), in: store)
            }
            guard case .notABackup? = unfinished else { throw try #require(unfinished) }
            #expect(unfinished?.message.contains("no manifest.json") == true)
            await #expect(throws: StorageError.self) {
                _ = try await BackupSource.open(ObjectKey("a/nothing"), in: store)
            }
        }
    }
}
