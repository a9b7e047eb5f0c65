import Synchronization

/// An amount of something that tasks share: a task waits until as much is free as it asks for.
///
/// Tasks are served in the order in which they asked, so that nobody who asks for much waits for ever. Who asks for
/// more than there is at all gets it once nobody else has anything. A cancelled task stops waiting with
/// `CancellationError`.
package final class Budget: Sendable {
    private struct State {
        var taken = 0
        var lastTicket: UInt64 = 0
        var waiting: [UInt64: (amount: Int, continuation: CheckedContinuation<Void, any Error>)] = [:]
        /// May still name tickets of tasks that were cancelled since.
        var order = FirstInFirstOut<UInt64>()
    }

    private let total: Int
    private let state = Mutex(State())

    /// `total` is what there is, at least 1.
    package init(_ total: Int) {
        precondition(total > 0, "nobody could ever take from nothing")
        self.total = total
    }

    /// What is taken at this moment.
    package var taken: Int { state.withLock { $0.taken } }

    /// How many tasks wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes `amount`, which whoever has it gives back by ``giveBack(_:)``.
    package func take(_ amount: Int) async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Void, any Error>) in
                enter(waiting, amount: amount, ticket: ticket)
            }
        } onCancel: {
            // Who is behind may ask for less.
            let (cancelled, next) = state.withLock { state in
                (state.waiting.removeValue(forKey: ticket), admit(&state))
            }
            cancelled?.continuation.resume(throwing: CancellationError())
            for waiting in next { waiting.resume() }
        }
    }

    /// Gives back what was taken, or a part of it.
    package func giveBack(_ amount: Int) {
        let next = state.withLock { state in
            state.taken -= amount
            return admit(&state)
        }
        for waiting in next { waiting.resume() }
    }

    private func enter(_ waiting: CheckedContinuation<Void, any Error>, amount: Int, ticket: UInt64) {
        let admitted = state.withLock { state -> [CheckedContinuation<Void, any Error>]? in
            if Task.isCancelled { return nil }
            state.waiting[ticket] = (amount, waiting)
            state.order.append(ticket)
            return admit(&state)
        }
        guard let admitted else { return waiting.resume(throwing: CancellationError()) }
        for waiting in admitted { waiting.resume() }
    }

    /// Takes for all whose turn it is and for whom there is enough.
    private func admit(_ state: inout State) -> [CheckedContinuation<Void, any Error>] {
        var admitted: [CheckedContinuation<Void, any Error>] = []
        while let ticket = state.order.first {
            if let next = state.waiting[ticket] {
                guard state.taken == 0 || state.taken + next.amount <= total else { break }
                state.taken += next.amount
                state.waiting[ticket] = nil
                admitted.append(next.continuation)
            }
            _ = state.order.popFirst()
        }
        return admitted
    }
}
