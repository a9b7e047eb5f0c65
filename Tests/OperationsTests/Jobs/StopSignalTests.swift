import JobModel
import Testing

@testable import Operations

@Suite struct StopSignalTests {
    @Test func `wakes whoever waits, and keeps the first reason`() async throws {
        let stop = StopSignal()
        async let first = stop.wait()
        async let second = stop.wait()
        stop.stop(.timeout)
        stop.stop(.shutdown)
        #expect(try await [first, second] == [.timeout, .timeout])
        #expect(try await stop.wait() == .timeout)
    }

    @Test func `lets go of a waiter that is cancelled`() async {
        let stop = StopSignal()
        let waiter = Task { try await stop.wait() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(stop.reason == nil)
    }
}
