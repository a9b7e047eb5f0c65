import CCurl

/// The life of a transport's thread. Nothing in here is touched by another thread.
final class CurlLoop {
    private let inbox: CurlInbox
    private let settings: HTTPSettings
    private var idle: [UnsafeMutableRawPointer] = []
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var handles: [UInt64: UnsafeMutableRawPointer] = [:]

    private var multi: UnsafeMutableRawPointer { inbox.multi.handle }

    init(inbox: CurlInbox, settings: HTTPSettings) {
        self.inbox = inbox
        self.settings = settings
    }

    /// Carries transfers until the transport is let go.
    func run() {
        while takeDelivery() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishTransfers()
            curl_multi_poll(multi, nil, 0, 1_000, nil)
        }
    }

    /// False once the transport is let go.
    private func takeDelivery() -> Bool {
        let delivery = inbox.take()
        if delivery.isStopped {
            shutDown(refusing: delivery.arrivals)
            return false
        }
        delivery.arrivals.forEach(start)
        delivery.cancellations.forEach(cancel)
        return true
    }

    private func start(_ arrival: CurlInbox.Arrival) {
        guard let handle = idle.popLast() ?? curl_easy_init() else {
            arrival.promise.fulfil(.failure(.unusable(reason: "libcurl could not begin a transfer")))
            return
        }
        let transfer = CurlTransfer(arrival: arrival)
        transfer.configure(handle, settings: settings)
        transfers[handle] = transfer
        handles[arrival.id] = handle
        curl_multi_add_handle(multi, handle)
    }

    private func cancel(_ id: UInt64) {
        guard let handle = handles[id], let transfer = remove(handle) else { return }
        transfer.promise.fulfil(.failure(.cancelled))
    }

    private func finishTransfers() {
        var code = CURLE_OK
        while let handle = cc_multi_next_finished(multi, &code) {
            var newConnections = 0
            cc_getinfo_long(handle, CURLINFO_NUM_CONNECTS, &newConnections)
            var status = 0
            cc_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
            guard let transfer = remove(handle) else { continue }
            let promise = transfer.promise
            let result = transfer.result(code, status: status, reusedConnection: newConnections == 0)
            // The request's body goes before its sender goes on, who may want to fill the same memory again.
            _ = consume transfer
            promise.fulfil(result)
        }
    }

    /// Takes a transfer out of libcurl's hands; its handle waits for the next one, its connection stays open.
    private func remove(_ handle: UnsafeMutableRawPointer) -> CurlTransfer? {
        guard let transfer = transfers.removeValue(forKey: handle) else { return nil }
        handles[transfer.id] = nil
        curl_multi_remove_handle(multi, handle)
        curl_easy_reset(handle)
        idle.append(handle)
        return transfer
    }

    private func shutDown(refusing arrivals: [CurlInbox.Arrival]) {
        inbox.close()
        for arrival in arrivals { arrival.promise.fulfil(.failure(.cancelled)) }
        for id in handles.keys { cancel(id) }
        idle.forEach { curl_easy_cleanup($0) }
        curl_multi_cleanup(multi)
    }
}
