import Synchronization

/// Gives tasks the use of one thing in turn, in the order in which they asked.
///
/// An actor alone does not do that: between two of its steps another task may slip in. A cancelled task stops
/// waiting with `CancellationError`.
package final class TurnQueue: Sendable {
    private struct State {
        var isTaken = false
        var lastTicket: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var order = FirstInFirstOut<UInt64>()
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs `body` while no other task is in its turn.
    package nonisolated(nonsending) func withTurn<Success>(
        _ body: nonisolated(nonsending) () async throws -> Success
    ) async throws -> Success {
        try await begin()
        defer { end() }
        return try await body()
    }

    /// Waits until it is the caller's turn, which lasts until ``end()``: for turns that are no single step.
    package func begin() async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Void, any Error>) in
                enter(waiting, ticket: ticket)
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }

    private func enter(_ waiting: CheckedContinuation<Void, any Error>, ticket: UInt64) {
        let result: Result<Void, any Error>? = state.withLock { state in
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.isTaken else {
                state.isTaken = true
                return .success(())
            }
            state.waiting[ticket] = waiting
            state.order.append(ticket)
            return nil
        }
        if let result { waiting.resume(with: result) }
    }

    /// Ends the turn that ``begin()`` has begun.
    package func end() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            while let ticket = state.order.popFirst() {
                if let waiting = state.waiting.removeValue(forKey: ticket) { return waiting }
            }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}
