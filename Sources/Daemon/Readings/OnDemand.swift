import Synchronization

/// A value that is read again only when somebody asks and what is there has become old. However many ask, it is read
/// once at a time, by ``run()`` and never by those who ask: whoever goes away stops nothing.
actor OnDemand<Value: Sendable> {
    private struct Held {
        let value: Value
        let readAt: ContinuousClock.Instant
    }

    private struct State {
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Readings that have ended.
        var ended = 0
    }

    private let read: @Sendable () async -> Value
    private let clock = ContinuousClock()
    private var held: Held?
    private var nextWaiter = 0
    /// Readings that were begun.
    private(set) var readings = 0
    private nonisolated let state = Mutex(State())
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
        let ended = state.withLock { $0.ended }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForReading(number, after: ended) }
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
            guard !Task.isCancelled, state.withLock({ !$0.waiters.isEmpty }) else { continue }
            readings += 1
            let value = await read()
            held = Held(value: value, readAt: clock.now)
            releaseAll()
        }
        releaseAll()
    }

    /// Waits for the end of a reading beyond the first `ended` ones.
    private nonisolated func waitForReading(_ number: Int, after ended: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.ended != ended { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() } else { bell.ring() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    private nonisolated func releaseAll() {
        let waiting = state.withLock { state in
            defer { state.waiters = [:] }
            state.ended += 1
            return state.waiters
        }
        for waiter in waiting.values { waiter.resume() }
    }
}
