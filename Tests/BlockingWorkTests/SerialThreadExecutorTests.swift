import Foundation
import Testing

@testable import BlockingWork

@Suite struct SerialThreadExecutorTests {
    private actor Counter {
        private let executor: SerialThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var count = 0

        init(_ executor: SerialThreadExecutor) { self.executor = executor }
        isolated deinit { executor.stop() }

        func add() -> Int {
            count += 1
            return count
        }

        func threadIdentity() -> UInt { UInt(pthread_self()) }

        func block(until semaphore: DispatchSemaphore) {
            semaphore.wait()
        }
    }

    @Test func `runs all jobs of an actor on one thread`() async {
        let counter = Counter(SerialThreadExecutor(name: "test"))
        let identities = await withTaskGroup(of: UInt.self, returning: Set<UInt>.self) { group in
            for _ in 0..<100 { group.addTask { await counter.threadIdentity() } }
            return await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(identities.count == 1)
    }

    @Test func `loses no job`() async {
        let counter = Counter(SerialThreadExecutor(name: "test"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1_000 { group.addTask { _ = await counter.add() } }
        }
        #expect(await counter.add() == 1_001)
    }

    @Test func `may go away with the last of its jobs`() async {
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var sum = 0
                    for _ in 0..<500 { sum += await Counter(SerialThreadExecutor(name: "test")).add() }
                    return sum
                }
            }
            for await sum in group { #expect(sum == 500) }
        }
    }

    @Test func `leaves the shared pool free while its jobs wait`() async {
        let gates = (0..<16).map { _ in DispatchSemaphore(value: 0) }
        await withTaskGroup(of: Void.self) { group in
            for gate in gates {
                let counter = Counter(SerialThreadExecutor(name: "test"))
                group.addTask { await counter.block(until: gate) }
            }
            // With a blocked pool this task would never come to run.
            group.addTask { for gate in gates { gate.signal() } }
        }
    }

    @Test func `runs a job that comes after its stop`() async {
        let executor = SerialThreadExecutor(name: "test")
        let counter = Counter(executor)
        executor.stop()
        #expect(await counter.add() == 1)
        #expect(await counter.add() == 2)
    }
}
