import Foundation
import HTTPTransport

/// Why a request did not do what it should.
enum S3Problem: Error, Equatable, Sendable {
    case transport(HTTPError)
    case refusal(S3Refusal)
    /// An answer that says it succeeded and is not what was asked for.
    case malformed(reason: String)

    /// The source's own words.
    var reason: String {
        switch self {
        case .transport(let error): error.reason
        case .refusal(let refusal): refusal.text
        case .malformed(let reason): reason
        }
    }

    var code: String? {
        guard case .refusal(let refusal) = self else { return nil }
        return refusal.code
    }

    var status: Int? {
        guard case .refusal(let refusal) = self else { return nil }
        return refusal.status
    }
}

/// An error that a store answered.
///
/// Source: "Error responses" in the Amazon S3 API reference.
struct S3Refusal: Equatable, Sendable {
    let status: Int
    /// `NoSuchKey`, `SlowDown`, …; nil where the answer has no readable body, as with HEAD.
    let code: String?
    let message: String?
    let requestID: String?
    /// The region that the store says the bucket is in.
    let region: String?
    /// The endpoint that a redirect names.
    let endpoint: String?

    init(
        status: Int, code: String? = nil, message: String? = nil, requestID: String? = nil, region: String? = nil,
        endpoint: String? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.requestID = requestID
        self.region = region
        self.endpoint = endpoint
    }

    init(_ response: HTTPResponse) {
        let document = S3XML.error(response.body)
        func text(_ name: String) -> String? { document?[name]?.text.nonEmpty }
        self.init(
            status: response.status, code: text("Code"), message: text("Message"),
            requestID: text("RequestId") ?? response.header("x-amz-request-id")?.nonEmpty,
            region: text("Region") ?? response.header("x-amz-bucket-region")?.nonEmpty, endpoint: text("Endpoint"))
    }

    /// `SlowDown: Please reduce your request rate (status 503, request 4442587FB7D0A2F9)`
    var text: String {
        let words = [code, message].compactMap { $0 }.joined(separator: ": ")
        let origin = ["status \(status)", requestID.map { "request \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return words.isEmpty ? "it answered with \(origin)" : "\(words) (\(origin))"
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
