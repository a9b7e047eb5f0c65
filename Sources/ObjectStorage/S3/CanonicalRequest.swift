import HTTPTransport

/// A request in the one form that client and server both compute.
///
/// ``path`` and ``query`` are also what goes onto the wire, so that nothing can be signed otherwise than it is sent.
/// Source: "Create a signed AWS API request", step 1, in the AWS Identity and Access Management user guide.
struct CanonicalRequest: Sendable {
    let method: String
    /// Encoded once; S3 neither normalises nor encodes paths twice.
    let path: String
    /// Encoded and sorted, without the question mark.
    let query: String
    /// Lower-case names, sorted.
    let headers: [HTTPHeader]
    /// SHA-256 of the body in hexadecimal digits, or a word that stands for it.
    let payloadHash: String

    /// `path` and `query` are not encoded yet; `headers` hold all that shall be signed, the host among them.
    init(
        method: String, path: String, query: [(name: String, value: String)], headers: [HTTPHeader],
        payloadHash: String
    ) {
        self.method = method
        self.path = PercentEncoding.encoded(path, keepingSlashes: true)
        self.query =
            query
            .map { (PercentEncoding.encoded($0.name), PercentEncoding.encoded($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
        self.headers =
            headers
            .map { HTTPHeader($0.name.lowercased(), Self.folded($0.value)) }
            .sorted { $0.name < $1.name }
        self.payloadHash = payloadHash
    }

    /// `host;x-amz-date;…`
    var signedHeaders: String { headers.map(\.name).joined(separator: ";") }

    var text: String {
        let headerLines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        return "\(method)\n\(path)\n\(query)\n\(headerLines)\n\(signedHeaders)\n\(payloadHash)"
    }

    private static func folded(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }
}
