import CCurl
import Foundation

/// Sends requests through libcurl: one thread and one multi handle carry all of a transport's exchanges, and
/// connections are kept and used again.
///
/// HTTP/1.1, no redirects followed, no `Expect: 100-continue`, nothing encoded or decoded. Proxies come from the
/// variables that libcurl reads (`https_proxy`, `no_proxy`, …). Letting go of the transport cancels what is under way.
/// Source: libcurl-multi(3).
package final class CurlTransport: Sendable {
    private let inbox: CurlInbox

    /// Starts the thread.
    package init(settings: HTTPSettings = HTTPSettings()) throws(HTTPError) {
        guard curlIsReady, let multi = curl_multi_init() else {
            throw .unusable(reason: "libcurl could not be initialised")
        }
        cc_multi_setopt_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.connectionsPerHost)
        let inbox = CurlInbox(multi: CurlInbox.Multi(handle: multi))
        self.inbox = inbox
        let thread = Thread { CurlLoop(inbox: inbox, settings: settings).run() }
        thread.name = "http"
        thread.start()
    }

    deinit { inbox.stop() }

    /// Starts an exchange and returns at once.
    package func begin(_ request: HTTPRequest) -> HTTPExchange {
        let promise = ResponsePromise()
        let id = inbox.add(request, promise: promise)
        return HTTPExchange(promise: promise) { [inbox] in inbox.cancel(id) }
    }

    /// One whole exchange. Throws ``HTTPError``, or `CancellationError` where the task was cancelled; the transfer
    /// then ends.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await begin(request).response()
    }
}

/// libcurl's own state of the process, set up once, by the first transport.
let curlIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
