import JobModel
import TestSupport
import Testing

@testable import ObjectStorage
@testable import Operations

struct FreeSecondTests {
    private let clock = ManualClock(CivilTime(compactText: "20261121T020000Z")!)
    private let waits = Journal<Duration>()

    private func second(_ stores: any ObjectStore...) async throws -> String {
        try await FreeSecond(stores: stores, job: "nightly", clock: clock, sleep: { [waits] in waits.add($0) }).next()
            .compactText
    }

    private func put(_ id: String, in store: any ObjectStore, job: String = "nightly") async throws {
        _ = try await store.write([1], to: ObjectKey("\(job)/\(id)/running"))
    }

    @Test func `is this second where no backup bears it`() async throws {
        try await PruneStore.memory.with { store, _ in
            try await put("20261121T015959Z-aaaaaa", in: store)
            try await put("20261121T020000Z-aaaaaa", in: store, job: "other")
            #expect(try await second(store) == "20261121T020000Z")
            #expect(waits.all == [])
        }
    }

    @Test(arguments: [PruneStore.memory, .directory])
    func `is the one after the newest name in any store, and has come`(_ kind: PruneStore) async throws {
        try await kind.with { first, _ in
            try await PruneStore.directory.with { other, _ in
                clock.advance(by: 0.25)
                try await put("20261121T020000Z-zzzzzz", in: first)
                try await put("20261121T020001Z-aaaaaa", in: other)
                #expect(try await second(first, other) == "20261121T020002Z")
                #expect(waits.all == [.milliseconds(1_750)])
            }
        }
    }

    @Test func `does not wait for names that a wrong clock has made`() async throws {
        try await PruneStore.memory.with { store, _ in
            try await put("20261121T020010Z-aaaaaa", in: store)
            #expect(try await second(store) == "20261121T020000Z")
        }
    }

    @Test func `is this second where nothing can be listed`() async throws {
        try await PruneStore.directory.with { store, _ async throws in
            #expect(try await second(store) == "20261121T020000Z")
        }
    }
}
