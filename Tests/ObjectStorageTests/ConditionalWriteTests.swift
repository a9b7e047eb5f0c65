import Foundation
import JobModel
import TestSupport
import Testing

@testable import ObjectStorage

/// What every kind of store promises of conditional writes, where it has them.
struct ConditionalWriteTests {
    private static let key = ObjectKey("job/.lease-x")

    /// Nil where the store knows no conditions.
    private func written(_ store: any ObjectStore, _ bytes: [UInt8], _ condition: WriteCondition) async throws
        -> ObjectVersion?
    {
        guard case .written(let version) = try await store.write(bytes, to: Self.key, if: condition) else { return nil }
        return version
    }

    @Test(arguments: StoreUnderTest.available)
    func `tells nothing of an object that is not there`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            _ = try await store.write([1], to: ObjectKey("here"))
            #expect(try await store.current(Self.key) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.available)
    func `tells bytes, version and date of an object`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            _ = try await store.write([1, 2], to: Self.key)
            let first = try #require(try await store.current(Self.key))
            #expect(first.bytes == [1, 2])
            #expect(first.modifiedAt == (try await store.info(Self.key))?.modifiedAt)
            #expect(try await store.current(Self.key)?.version == first.version)
            _ = try await store.write([1, 3], to: Self.key)
            #expect(try await store.current(Self.key)?.version != first.version)
        }
    }

    @Test(arguments: StoreUnderTest.available)
    func `writes what must be absent only once`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            let version = try #require(try await written(store, [1], .absent))
            #expect(try await store.write([2], to: Self.key, if: .absent) == .refused)
            #expect(try await store.current(Self.key)?.bytes == [1])
            #expect(try await store.current(Self.key)?.version == version)
            #expect(try await store.list(under: nil).map(\.key) == [Self.key])
        }
    }

    @Test(arguments: StoreUnderTest.available)
    func `replaces only the version that was named`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            let first = try #require(try await written(store, [1], .absent))
            let second = try #require(try await written(store, [2], .unchanged(first)))
            #expect(try await store.write([3], to: Self.key, if: .unchanged(first)) == .refused)
            #expect(try await store.current(Self.key)?.bytes == [2])
            try await store.delete([Self.key])
            #expect(try await store.write([3], to: Self.key, if: .unchanged(second)) == .refused)
            #expect(try await store.info(Self.key) == nil)
            try await expectNothing(in: store)
        }
    }

    @Test(arguments: StoreUnderTest.available)
    func `of many writers at once exactly one succeeds`(_ kind: StoreUnderTest) async throws {
        try await kind.withStore { store in
            var condition = WriteCondition.absent
            for round in UInt8(0)..<4 {
                let wins = try await withThrowingTaskGroup(of: (UInt8, ConditionalWrite).self) { group in
                    for writer in UInt8(0)..<16 {
                        group.addTask { [condition] in
                            // A store of their own, as on hosts of their own.
                            let mine = (store as? DirectoryStore).map { DirectoryStore(path: $0.path) } ?? store
                            return (writer, try await mine.write([round, writer], to: Self.key, if: condition))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let winners = wins.filter { $0.1 != .refused }
                try #require(winners.count == 1)
                let current = try #require(try await store.current(Self.key))
                #expect(current.bytes == [round, winners[0].0])
                #expect(winners[0].1 == .written(current.version))
                condition = .unchanged(current.version)
            }
            #expect(try await store.list(under: nil).map(\.key) == [Self.key])
        }
    }

    @Test(arguments: [MemoryS3.Conditions.ignored, .refused])
    func `a store that knows no conditions is found out, and nothing is written`(
        _ conditions: MemoryS3.Conditions
    ) async throws {
        let server = try MemoryS3(conditions: conditions)
        let store = try S3Store.forTests(endpoint: server.endpoint)
        #expect(try await store.write([1], to: Self.key, if: .absent) == .unsupported)
        #expect(server.objects.isEmpty)
    }

    @Test func `a write whose answer was lost counts as written`() async throws {
        let server = try MemoryS3()
        let store = try S3Store.forTests(endpoint: server.endpoint)
        let first = try #require(try await written(store, [1], .absent))
        server.inject(MemoryS3.Fault("PUT", ".lease-x", .loseAnswer))
        let second = try #require(try await written(store, [2], .unchanged(first)))
        #expect(try await store.current(Self.key)?.version == second)
        try await store.delete([Self.key])
        server.inject(MemoryS3.Fault("PUT", ".lease-x", .loseAnswer))
        #expect(try await written(store, [3], .absent) != nil)
    }

    @Test func `a missing bucket is no missing object`() async throws {
        let server = try MemoryS3()
        let store = try S3Store.forTests(endpoint: server.endpoint, bucket: "other")
        await #expect(throws: StorageError.self) { _ = try await store.current(Self.key) }
        await #expect(throws: StorageError.self) { _ = try await store.write([1], to: Self.key, if: .absent) }
    }

    @Test func `the lock of a killed writer keeps nobody out`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            let first = try #require(try await written(store, [1], .absent))
            // What a writer leaves that was killed between lock and write: the file, and no lock.
            try Data().write(to: URL(fileURLWithPath: "\(path)/job/..lease-x.dbops-partial-lock"))
            #expect(try await written(store, [2], .unchanged(first)) != nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/job") == [".lease-x"])
        }
    }
}

extension DirectoryStore {
    nonisolated fileprivate var path: String {
        if case .directory(let path) = location { path } else { "" }
    }
}
