package import JobModel
import Synchronization

/// Asks one run to stop, and says why. Whoever executes the run waits for it beside the work.
package final class StopSignal: Sendable {
    private struct State {
        var reason: RunReason?
        var waiters: [Int: CheckedContinuation<RunReason?, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The reason for which the run is to stop; nil while it may go on.
    package var reason: RunReason? { state.withLock { $0.reason } }

    /// Asks the run to stop. The first reason stays.
    package func stop(_ reason: RunReason) {
        let waiters = state.withLock { state in
            if state.reason == nil { state.reason = reason }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: reason) }
    }

    /// Waits until the run is to stop; throws `CancellationError` where the waiting task is cancelled.
    package func wait() async throws -> RunReason {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let reason = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> (isOver: Bool, reason: RunReason?) in
                    if let reason = state.reason { return (true, reason) }
                    if Task.isCancelled { return (true, nil) }
                    state.waiters[number] = continuation
                    return (false, nil)
                }
                if known.isOver { continuation.resume(returning: known.reason) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
        }
        guard let reason else { throw CancellationError() }
        return reason
    }
}
