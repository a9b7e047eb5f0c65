import Synchronization

/// A request under way: it moves by itself, whether or not somebody waits for it.
///
/// Letting go of the exchange cancels it.
package final class HTTPExchange: Sendable {
    private let promise: ResponsePromise
    private let abandon: @Sendable () -> Void

    init(promise: ResponsePromise, abandon: @escaping @Sendable () -> Void) {
        self.promise = promise
        self.abandon = abandon
    }

    deinit { cancel() }

    /// The whole answer. Throws ``HTTPError``, or `CancellationError` where the waiting task or the exchange was
    /// cancelled; a cancelled task cancels the exchange. One task may wait at a time.
    package func response() async throws -> HTTPResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { promise.await($0) }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the exchange; does nothing once it has ended.
    package func cancel() {
        promise.fulfil(.failure(.cancelled))
        abandon()
    }
}

/// An answer that is there or will come; the first one given stays.
final class ResponsePromise: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<HTTPResponse, any Error>)
        case kept(Result<HTTPResponse, HTTPError>)
    }

    private let state = Mutex(State.open)

    func await(_ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        let kept = state.withLock { state -> Result<HTTPResponse, HTTPError>? in
            if case .kept(let result) = state { return result }
            state = .awaited(continuation)
            return nil
        }
        if let kept { Self.resume(continuation, with: kept) }
    }

    func fulfil(_ result: Result<HTTPResponse, HTTPError>) {
        let waiting = state.withLock { state -> CheckedContinuation<HTTPResponse, any Error>? in
            switch state {
            case .kept: return nil
            case .open:
                state = .kept(result)
                return nil
            case .awaited(let continuation):
                state = .kept(result)
                return continuation
            }
        }
        if let waiting { Self.resume(waiting, with: result) }
    }

    private static func resume(
        _ continuation: CheckedContinuation<HTTPResponse, any Error>, with result: Result<HTTPResponse, HTTPError>
    ) {
        switch result {
        case .success(let response): continuation.resume(returning: response)
        case .failure(.cancelled): continuation.resume(throwing: CancellationError())
        case .failure(let error): continuation.resume(throwing: error)
        }
    }
}
