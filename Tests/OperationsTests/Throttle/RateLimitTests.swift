import Synchronization
import Testing

@testable import Operations

@Suite struct RateLimitTests {
    /// A clock that only sleep, or a test, moves.
    private final class Hands: Sendable {
        private let state = Mutex((now: ContinuousClock.now, slept: Duration.zero))
        var now: ContinuousClock.Instant { state.withLock { $0.now } }
        var slept: Duration { state.withLock { $0.slept } }

        func move(by duration: Duration) { state.withLock { $0.now += duration } }

        func limit(_ bytesPerSecond: Int) -> RateLimit {
            RateLimit(bytesPerSecond: bytesPerSecond, now: { self.now }) { duration in
                self.state.withLock { $0 = ($0.now + duration, $0.slept + duration) }
            }
        }
    }

    @Test func `lets pass what the rate allows, and a tenth of a second's at once`() async throws {
        let hands = Hands()
        let limit = hands.limit(1_000_000)
        for _ in 0..<100 { try await limit.take(50_000) }
        #expect(hands.slept == .milliseconds(4_900))
    }

    @Test func `who takes less than the rate does not wait`() async throws {
        let hands = Hands()
        let limit = hands.limit(1_000_000)
        for _ in 0..<20 {
            try await limit.take(100_000)
            hands.move(by: .milliseconds(100))
        }
        #expect(hands.slept == .zero)
    }

    @Test func `a time without work is not made up for later`() async throws {
        let hands = Hands()
        let limit = hands.limit(1_000_000)
        try await limit.take(100_000)
        hands.move(by: .seconds(3_600))
        try await limit.take(2_000_000)
        #expect(hands.slept == .milliseconds(1_900))
    }

    @Test func `who comes while another waits, waits for both`() async throws {
        let waits = Mutex<[Duration]>([])
        let start = ContinuousClock.now
        let limit = RateLimit(bytesPerSecond: 1_000_000, now: { start }) { duration in
            waits.withLock { $0.append(duration) }
        }
        for _ in 0..<3 { try await limit.take(1_000_000) }
        #expect(waits.withLock { $0 } == [.milliseconds(900), .milliseconds(1_900), .milliseconds(2_900)])
    }
}
