import Synchronization

/// A value that is read again only when somebody asks and what is there has become old. However many ask, it is read
/// once at a time, by ``run()`` and never by those who ask: whoever goes away stops nothing.
actor OnDemand<Value: Sendable> {
    private struct Held {
        let value: Value
        let readAt: ContinuousClock.Instant
    }

    private let read: @Sendable () async -> Value
    private let clock = ContinuousClock()
    private var held: Held?
    private var nextWaiter = 0
    /// Readings that were begun.
    private(set) var readings = 0
    private nonisolated let waiters = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])
    private nonisolated let bell = Bell()

    /// `read` is bounded in time by itself.
    init(read: @escaping @Sendable () async -> Value) {
        self.read = read
    }

    /// What there is, however old; nil before the first reading.
    var latest: Value? { held?.value }

    /// A value that is at most `age` old, where one can be had within `patience`; else what there is.
    func value(noOlderThan age: Duration, patience: Duration) async -> Value? {
        if let held, clock.now - held.readAt <= age { return held.value }
        nextWaiter += 1
        let number = nextWaiter
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForReading(number) }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
        return held?.value
    }

    /// Reads when it is wanted, until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            await bell.wait(atMost: .seconds(3_600))
            guard !Task.isCancelled, waiters.withLock({ !$0.isEmpty }) else { continue }
            readings += 1
            let value = await read()
            held = Held(value: value, readAt: clock.now)
            releaseAll()
        }
        releaseAll()
    }

    private nonisolated func waitForReading(_ number: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = waiters.withLock { waiters in
                    if Task.isCancelled { return true }
                    waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() } else { bell.ring() }
            }
        } onCancel: {
            waiters.withLock { $0.removeValue(forKey: number) }?.resume()
        }
    }

    private nonisolated func releaseAll() {
        let waiting = waiters.withLock { waiters in
            defer { waiters = [:] }
            return waiters
        }
        for waiter in waiting.values { waiter.resume() }
    }
}
