/// One request, complete in memory.
package struct HTTPRequest: Sendable {
    package var method: String
    /// Sent byte for byte: nothing in it is encoded, and `..` in its path stays.
    package var url: String
    /// Sent as they are, without `Host` and `Content-Length`, which follow from the URL and the body.
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// A longer body of the answer ends the exchange with ``HTTPError/tooLarge(limitInBytes:)``. Default: 1 MiB.
    package var responseLimitInBytes: Int
    /// How long nothing may move before the exchange is given up. Whole seconds, rounded up. Default: 60 s.
    package var stallTimeout: Duration

    package init(
        method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        responseLimitInBytes: Int = 1 << 20, stallTimeout: Duration = .seconds(60)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.responseLimitInBytes = responseLimitInBytes
        self.stallTimeout = stallTimeout
    }
}

/// A name and a value; names are compared without regard to case.
package struct HTTPHeader: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
