import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import ObjectStorage

/// What every kind of store says of uploads that nobody finished.
struct UnfinishedUploadTests {
    @Test(arguments: StoreUnderTest.available)
    func `an upload under way is listed with its age, and fails once it is given up`(
        _ kind: StoreUnderTest
    ) async throws {
        try await kind.withStore { store in
            let key = ObjectKey("job/id/large ü+1.dat")
            _ = try await store.write([1], to: ObjectKey("job/id/whole"))
            let writer = try await store.writer(for: key)
            try await writer.append(sampleBytes(11 << 20))
            let other = try await store.writer(for: ObjectKey("job-test/id/x"))
            try await other.append(sampleBytes(11 << 20))
            let uploads = try await store.unfinishedUploads(under: ObjectKey("job"))
            #expect(uploads.map(\.key) == [key])
            // moto says of every upload that it was begun in 2010.
            let age = abs(try #require(uploads.first).touchedAt.timeIntervalSinceNow)
            #expect(age < 3_600 || kind == .moto)
            try await store.giveUp(uploads)
            #expect(try await store.unfinishedUploads(under: ObjectKey("job")) == [])
            await #expect(throws: (any Error).self) {
                try await writer.append(sampleBytes(11 << 20))
                _ = try await writer.commit()
            }
            await writer.discard()
            #expect(try await store.list(under: ObjectKey("job")).map(\.key.description) == ["job/id/whole"])
            #expect(try await store.unfinishedUploads(under: ObjectKey("job-test")).count == 1)
            await other.discard()
            // Once more is not an error.
            try await store.giveUp(uploads)
        }
    }

    @Test(arguments: StoreUnderTest.available)
    func `a committed or discarded upload is no longer listed`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            for name in ["a", "b"] {
                let writer = try await store.writer(for: ObjectKey("job/\(name)"))
                try await writer.append(sampleBytes(11 << 20))
                if name == "a" { _ = try await writer.commit() } else { await writer.discard() }
            }
            #expect(try await store.unfinishedUploads(under: ObjectKey("job")) == [])
            #expect(try await store.unfinishedUploads(under: ObjectKey("nothing")) == [])
        }
    }

    @Test(arguments: StoreUnderTest.available.filter { $0 != .directory })
    func `all pages of a bucket's uploads are read`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            let bucket = try #require(store as? S3Store)
            for number in 0..<20 {
                let key = "\(bucket.prefix)/job/\(number / 2)"
                _ = try await bucket.send(
                    S3Request("POST", key: key, query: [(name: "uploads", value: "")], body: []), object: key)
            }
            let uploads = try await store.unfinishedUploads(under: ObjectKey("job"))
            #expect(uploads.map(\.key.description) == (0..<20).map { "job/\($0 / 2)" })
            #expect(Set(uploads.map(\.id)).count == 20)
            try await store.giveUp(uploads)
            #expect(try await bucket.openUploads() == [])
        }
    }

    @Test func `a file that only looks like one of ours stays`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write([1], to: ObjectKey("job/x"))
            let names = [
                ".x.dbops-partial-lock", ".dbops-partial-1", "x.dbops-partial-1", ".other", "..dbops-partial-1",
            ]
            for name in names {
                #expect(FileManager.default.createFile(atPath: "\(path)/job/\(name)", contents: Data()))
            }
            #expect(try await store.unfinishedUploads(under: ObjectKey("job")) == [])
            try await store.giveUp([UnfinishedUpload(key: ObjectKey("job/x"), id: "x", touchedAt: Date())])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/job").count == names.count + 1)
        }
    }
}
