import CCurl
import Synchronization

/// What tasks hand to a transport's thread.
final class CurlInbox: Sendable {
    /// Sendable: other threads than the transport's own pass it to `curl_multi_wakeup` alone, which libcurl allows
    /// from any thread, and only under the lock that ``close()`` takes before the handle is freed.
    struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    struct Arrival: Sendable {
        let id: UInt64
        let request: HTTPRequest
        let promise: ResponsePromise
    }

    struct Delivery {
        var arrivals: [Arrival] = []
        var cancellations: [UInt64] = []
        var isStopped = false
    }

    private struct State {
        var delivery = Delivery()
        var lastID: UInt64 = 0
        var isClosed = false
    }

    let multi: Multi
    private let state = Mutex(State())

    init(multi: Multi) {
        self.multi = multi
    }

    func add(_ request: HTTPRequest, promise: ResponsePromise) -> UInt64 {
        change { state in
            state.lastID += 1
            state.delivery.arrivals.append(Arrival(id: state.lastID, request: request, promise: promise))
            return state.lastID
        }
    }

    /// Ids of exchanges that have ended are ignored.
    func cancel(_ id: UInt64) {
        change { $0.delivery.cancellations.append(id) }
    }

    func stop() {
        change { $0.delivery.isStopped = true }
    }

    /// What came since the last call.
    func take() -> Delivery {
        state.withLock { state in
            defer {
                state.delivery.arrivals = []
                state.delivery.cancellations = []
            }
            return state.delivery
        }
    }

    /// After this the multi handle is the thread's alone.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        state.withLock { state in
            let value = body(&state)
            if !state.isClosed { curl_multi_wakeup(multi.handle) }
            return value
        }
    }
}
