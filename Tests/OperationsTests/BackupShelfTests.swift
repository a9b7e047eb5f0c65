import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations

@Suite struct BackupShelfTests {
    private static let first = "20261120T020000Z-aaaaaa"
    private static let second = "20261121T020000Z-bbbbbb"

    /// A store with these backups of the job `a`, and the names of the objects that are read from it.
    private func with(
        _ ids: [String], _ body: (DirectoryStore, BackupShelf, Journal<String>) async throws -> Void
    ) async throws {
        try await TestFolder.with { folder in
            let store = DirectoryStore(path: "\(folder.path)/store")
            for id in ids {
                _ = try await store.write(try Manifest.example.encode(), to: ObjectKey("a/\(id)/manifest.json"))
            }
            let reads = Journal<String>()
            var watched = HookedStore(store)
            watched.willRead = { reads.add($0.description) }
            try await body(store, BackupShelf(store: watched, name: "local"), reads)
        }
    }

    private func prove(_ id: String, _ outcome: RunOutcome, at second: Int, in store: DirectoryStore) async throws {
        let source = try await BackupSource.open(ObjectKey("a/\(id)"), in: store)
        try await VerificationEvidence(of: source.folder, in: store).write(
            VerificationReport(
                outcome: outcome, backup: id, url: source.url, manifestSHA256: source.manifestSHA256,
                runID: "aaaaaaaaaaaa",
                verifiedAt: .example(second), checks: [], seconds: .init(definitions: 1, data: 2, indexes: 3, total: 9),
                serverVersion: "15.8", scratchDatabase: nil, warnings: []))
    }

    @Test func `tells the newest first, and reads a manifest once`() async throws {
        try await with([Self.first, Self.second]) { _, shelf, reads in
            let reading = try await shelf.read(["a"])
            #expect(reading.backups.map(\.id.description) == [Self.second, Self.first])
            #expect(reading.backups.first?.store == "local")
            #expect(reads.all.count == 2)
            #expect(try await shelf.read(["a"]) == reading)
            #expect(reads.all.count == 2)
        }
    }

    @Test func `sees proofs come and go`() async throws {
        try await with([Self.first]) { store, shelf, _ in
            #expect(try await shelf.read(["a"]).backups.first?.proof == nil)
            try await prove(Self.first, .succeeded, at: 0, in: store)
            #expect(try await shelf.read(["a"]).backups.first?.proof?.restoreSeconds == 6)
            try await prove(Self.first, .failed, at: 60, in: store)
            #expect(try await shelf.read(["a"]).backups.first?.proof == nil)
        }
    }

    @Test func `sees pins come and go`() async throws {
        try await with([Self.first]) { store, shelf, _ in
            #expect(try await shelf.read(["a"]).backups.first?.isPinned == false)
            _ = try await store.write([1], to: ObjectKey("a/\(Self.first).marks/pinned"))
            #expect(try await shelf.read(["a"]).backups.first?.isPinned == true)
            try await store.delete([ObjectKey("a/\(Self.first).marks/pinned")])
            #expect(try await shelf.read(["a"]).backups.first?.isPinned == false)
        }
    }

    @Test func `forgets what was deleted, and takes nothing else for a backup`() async throws {
        try await with([Self.first, Self.second]) { store, shelf, _ in
            _ = try await shelf.read(["a"])
            _ = try await store.write([1], to: ObjectKey("a/\(Self.second).marks/deleting"))
            _ = try await store.write([1], to: ObjectKey("a/20261122T020000Z-cccccc/running"))
            _ = try await store.write([1], to: ObjectKey("a/20261123T020000Z-dddddd/manifest.json"))
            let reading = try await shelf.read(["a", "b"])
            #expect(reading.backups.map(\.id.description) == [Self.first])
            #expect(reading.unreadable == ["a/20261123T020000Z-dddddd"])
        }
    }

    @Test func `fails where the store does`() async throws {
        try await TestFolder.with { folder in
            var store = HookedStore(DirectoryStore(path: folder.path))
            store.willLook = { _ in throw StorageError.notFound(object: "the bucket", store: "s3://a") }
            let shelf = BackupShelf(store: store, name: "local")
            await #expect(throws: StorageError.self) { try await shelf.read(["a"]) }
            await #expect(throws: StorageError.self) { try await shelf.probe("a") }
        }
    }
}
