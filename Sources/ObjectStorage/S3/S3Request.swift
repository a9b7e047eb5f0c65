import Crypto
import Foundation
import HTTPTransport
import JobModel

/// One request to a bucket, not yet signed: each attempt is signed anew.
struct S3Request: Sendable {
    let method: String
    /// The whole key in the bucket; nil for the bucket itself.
    let key: String?
    var query: [(name: String, value: String)] = []
    var headers: [HTTPHeader] = []
    let body: [UInt8]
    /// SHA-256 of the body, in hexadecimal digits.
    let bodyHash: String
    var responseLimitInBytes = 1 << 20
    /// Default: the store's setting.
    var stallTimeout: Duration?

    init(_ method: String, key: String?, query: [(name: String, value: String)] = [], headers: [HTTPHeader] = []) {
        self.method = method
        self.key = key
        self.query = query
        self.headers = headers
        body = []
        bodyHash = Self.emptyHash
    }

    /// `bodyHash` is for bodies whose hash is known already.
    init(
        _ method: String, key: String?, query: [(name: String, value: String)] = [], headers: [HTTPHeader] = [],
        body: [UInt8], bodyHash: String? = nil
    ) {
        self.method = method
        self.key = key
        self.query = query
        self.headers = headers
        self.body = body
        self.bodyHash = bodyHash ?? Hexadecimal.text(of: SHA256.hash(data: body))
    }

    private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
}

/// A request under way.
struct S3Exchange: Sendable {
    let request: S3Request
    let exchange: HTTPExchange
}
