import Synchronization

/// Thrown by ``Channel/send(_:)`` when nobody will take the element: the receiver has closed the channel, or it was
/// finished.
package struct ChannelClosedError: Error, Equatable {
    package init() {}
}

/// A queue between tasks that holds at most `capacity` elements: a sender waits while it is full, so that memory
/// stays bounded and a slow receiver slows its senders.
///
/// Any number of tasks may send and receive; elements arrive in the order in which they were sent, waiting tasks are
/// served in the order in which they came. A cancelled task stops waiting with `CancellationError`.
package final class Channel<Element: Sendable>: Sendable {
    private let state: Mutex<ChannelState<Element>>

    /// `capacity` is the number of elements that may wait; at least 1.
    package init(capacity: Int) {
        precondition(capacity > 0, "a channel without room for one element could never pass one on")
        state = Mutex(ChannelState(capacity: capacity))
    }

    /// Hands over an element; waits while the channel is full. Throws ``ChannelClosedError`` once the channel is
    /// closed or finished; the element is then lost.
    package func send(_ element: Element) async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { $0.makeTicket() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
                state.withLock { $0.send(element, from: sender, ticket: ticket, isCancelled: Task.isCancelled) }
                    .resume()
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket) }.resume()
        }
    }

    /// The next element; nil once the channel is finished or closed and empty. Throws the error of
    /// ``finish(throwing:)`` after the elements sent before it, to every receiver.
    package func next() async throws -> Element? {
        try Task.checkCancellation()
        let ticket = state.withLock { $0.makeTicket() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (receiver: CheckedContinuation<Element?, any Error>) in
                state.withLock { $0.receive(receiver, ticket: ticket, isCancelled: Task.isCancelled) }.resume()
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket) }.resume()
        }
    }

    /// Says that nothing more will be sent. Does nothing on a channel that is finished or closed.
    package func finish() {
        state.withLock { $0.finish(with: .success(nil)) }.resume()
    }

    /// Says that sending failed: receivers get the elements sent so far and then `error`. Senders that wait for room
    /// get ``ChannelClosedError``.
    package func finish(throwing error: any Error) {
        state.withLock { $0.finish(with: .failure(error)) }.resume()
    }

    /// Says that nobody will receive any more: frees waiting senders with ``ChannelClosedError`` and drops what is
    /// left.
    package func close() {
        state.withLock { $0.close() }.resume()
    }
}
