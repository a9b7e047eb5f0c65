import JobModel
import TestSupport
import Testing

@testable import ObjectStorage
@testable import Operations

struct MarkOperationTests {
    private func mark(
        _ bench: RetentionBench, _ day: Int, _ change: MarkOperation.Change, in store: (any ObjectStore)? = nil
    ) async throws -> BackupMarks.Standing {
        let source = try await BackupSource.open(ObjectKey(bench.name(day).folder), in: store ?? bench.store)
        return try await MarkOperation(context: bench.context(), source: source, change: change).execute()
    }

    @Test(arguments: PruneStore.available)
    func `pins, unpins and accepts beside the backup, whose objects stay as they are`(_ kind: PruneStore) async throws {
        try await kind.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            let before = try await store.list(under: ObjectKey(bench.name(10).folder))
            #expect(try await mark(bench, 10, .pin).isPinned)
            #expect(try await BackupCatalog(store: store).list(job: nil).backups.map(\.marks.isPinned) == [true])
            #expect(try await !mark(bench, 10, .unpin).isPinned)
            #expect(try await !mark(bench, 10, .unpin).isPinned)
            #expect(try await mark(bench, 10, .accept).isAccepted)
            #expect(try await store.list(under: ObjectKey(bench.name(10).folder)) == before)
        }
    }

    @Test func `a pin that comes too late says so and leaves nothing`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            var hooked = HookedStore(store)
            hooked.willBegin = { key in
                guard key.description.hasSuffix("/pinned") else { return }
                try await store.delete(store.list(under: nil).map(\.key))
            }
            let error = await #expect(throws: OperationError.self) { try await mark(bench, 10, .pin, in: hooked) }
            #expect(error?.category == .tryLater)
            #expect(try await bench.keys() == [])
        }
    }
}
