import Synchronization

/// Lets no more than so many bytes a second pass, all tasks together: a token bucket that holds what a tenth of a second
/// lets pass.
///
/// Bytes are taken after they have come; whoever took too many waits before it asks for more. So the server is asked for
/// at most what each task holds, beyond the rate.
final class RateLimit: Sendable {
    private let bytesPerSecond: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    /// When all that was taken so far will have been within the rate; nil before anything was.
    private let paidAt = Mutex<ContinuousClock.Instant?>(nil)

    private static let burst: Duration = .milliseconds(100)

    /// `bytesPerSecond` is at least 1.
    init(
        bytesPerSecond: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.bytesPerSecond = max(1, bytesPerSecond)
        self.now = now
        self.sleep = sleep
    }

    /// Counts `bytes` that have come, and waits as long as they were too many. Throws `CancellationError`.
    func take(_ bytes: Int) async throws {
        let wait = wait(for: bytes)
        if wait > .zero { try await sleep(wait) }
    }

    private func wait(for bytes: Int) -> Duration {
        let now = now()
        let price = Duration.seconds(bytes) / bytesPerSecond
        return paidAt.withLock { paidAt in
            // Of a time without work only a little is saved up.
            let begin = max(paidAt ?? now - Self.burst, now - Self.burst)
            paidAt = begin + price
            return begin + price - now
        }
    }
}
