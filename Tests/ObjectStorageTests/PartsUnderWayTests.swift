import Foundation
import JobModel
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// Several parts that are on their way at the same time.
struct PartsUnderWayTests {
    private static let partSize = 5 << 20
    private let key = ObjectKey("x")
    /// Five parts: four of 5 MiB, and 1 MiB.
    private let large = sampleBytes(21 << 20)

    /// Room for two parts.
    private func settings(_ change: (inout S3Settings) -> Void = { _ in }) -> S3Settings {
        var settings = S3Settings(
            partPlan: PartPlan(firstPartSizeInBytes: Self.partSize), bytesUnderWay: 2 * Self.partSize)
        change(&settings)
        return settings
    }

    /// Holds requests back, and counts those that it holds.
    private final class Gate: Sendable {
        private let state = Mutex((held: 0, most: 0, isOpen: false))
        private let opened = DispatchSemaphore(value: 0)
        var held: Int { state.withLock { $0.held } }
        var most: Int { state.withLock { $0.most } }

        var effect: MemoryS3.Effect {
            .meanwhile { [self] _ in
                state.withLock { $0 = ($0.held + 1, max($0.most, $0.held + 1), $0.isOpen) }
                opened.wait()
                opened.signal()
                state.withLock { $0.held -= 1 }
            }
        }

        func open() { opened.signal() }
    }

    @Test(.timeLimit(.minutes(10)))
    func `as many parts go at once as the limit allows, of one object`() async throws {
        let gate = Gate()
        let faulty = try FaultyStore(.init("PUT", "partNumber", times: 5, gate.effect), settings: settings())
        async let stored = faulty.store.write(large, to: key)
        try await waitUntil("two parts are under way") { gate.held == 2 }
        #expect(faulty.store.partPool.bytesUnderWay == 2 * Self.partSize)
        gate.open()
        #expect(try await stored.sha256 == digest(large))
        #expect(gate.most == 2)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.store.partPool.bytesUnderWay == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func `all objects of a store share the limit`() async throws {
        let gate = Gate()
        let faulty = try FaultyStore(.init("PUT", "partNumber", times: 99, gate.effect), settings: settings())
        try await withThrowingTaskGroup { group in
            for number in 1...4 {
                group.addTask { _ = try await faulty.store.write(large, to: ObjectKey("\(number)")) }
            }
            try await waitUntil("two parts are under way") { gate.held == 2 }
            gate.open()
            try await group.waitForAll()
        }
        #expect(gate.most == 2)
        #expect((1...4).allSatisfy { faulty.server.objects["p/\($0)"]?.body == large })
    }

    @Test(.timeLimit(.minutes(10)))
    func `parts that arrive in another order make the same object`() async throws {
        let gate = Gate()
        let faulty = try FaultyStore(.init("PUT", "partNumber=1&", gate.effect), settings: settings())
        async let stored = faulty.store.write(large, to: key)
        // The first is held back: all others pass it by.
        try await waitUntil("the others go") { faulty.requests.filter { $0.hasPrefix("PUT") }.count >= 4 }
        gate.open()
        _ = try await stored
        #expect(faulty.server.objects["p/x"]?.body == large)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a part that fails for good ends the upload, whatever the others do`() async throws {
        let faulty = try FaultyStore(
            .init("PUT", "partNumber=1&", .error(403, "AccessDenied")),
            .init("PUT", "partNumber=2&", times: 9, .silence), settings: settings())
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write(large, to: key) }
        #expect(error?.category == .permission)
        #expect(faulty.server.openUploads.isEmpty)
        #expect(faulty.store.partPool.bytesUnderWay == 0)
    }

    @Test(arguments: ["partNumber=1&", "partNumber=2&", "partNumber=4&"])
    func `a lost answer costs that part alone`(_ target: String) async throws {
        let faulty = try FaultyStore(.init("PUT", target, .loseAnswer), settings: settings())
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.filter { $0.hasPrefix("PUT") }.count == 6)
    }

    @Test(.timeLimit(.minutes(10)))
    func `who waits for room beside a silent store is freed when its writer is discarded`() async throws {
        let faulty = try FaultyStore(.init("PUT", "partNumber", times: 99, .silence), settings: settings())
        let writer = try await faulty.store.writer(for: key)
        let appending = Task { try await writer.append(large) }
        try await waitUntil("the store is full") { faulty.store.partPool.bytesUnderWay == 2 * Self.partSize }
        await writer.discard()
        await #expect(throws: CancellationError.self) { try await appending.value }
        #expect(faulty.server.openUploads.isEmpty)
        #expect(faulty.store.partPool.bytesUnderWay == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled commit leaves nothing`() async throws {
        let faulty = try FaultyStore(.init("PUT", "partNumber=5", times: 9, .silence), settings: settings())
        let task = Task { try await faulty.store.write(large, to: key) }
        try await waitUntil("the last part goes") { faulty.requests.contains("PUT x?partNumber=5&id") }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(faulty.server.openUploads.isEmpty)
    }

    @Test func `a part larger than the limit goes alone`() async throws {
        let faulty = try FaultyStore(settings: settings { $0.bytesUnderWay = 1 })
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
    }

    @Test func `memory of parts that have arrived is filled again, and no more of it is kept than the limit`()
        async throws
    {
        let pool = PartPool(limitInBytes: 3_000)
        let parts = (0..<2).map { _ in PartMemory([UInt8](unsafeUninitializedCapacity: 1_000) { $1 = 1_000 }) }
        let addresses = parts.map { $0.bytes.withUnsafeBytes(\.baseAddress) }
        for _ in parts { #expect(try await pool.enter(1_000).capacity == 0) }
        pool.leave(parts[0])
        pool.leave(parts[1])
        #expect(pool.spare().withUnsafeBytes(\.baseAddress).map { addresses.contains($0) } == true)
        _ = try await pool.enter(2_500)
        #expect(pool.spare().capacity == 0)
    }
}
