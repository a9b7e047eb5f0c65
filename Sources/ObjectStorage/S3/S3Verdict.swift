import Foundation
import HTTPTransport

/// What an attempt's end means: decided from the answer alone.
enum S3Verdict: Equatable, Sendable {
    case success(HTTPResponse)
    /// Worth another attempt, not before `retryAfter`.
    case transient(S3Problem, retryAfter: Duration?)
    /// Our clock or an old signature: worth another attempt signed by the store's clock.
    case skewed(S3Problem, serverDate: Date)
    case final(S3Problem)

    init(_ result: Result<HTTPResponse, HTTPError>, method: String) {
        switch result {
        case .failure(let error): self = Self.judge(error)
        case .success(let response) where response.isSuccess: self = Self.judgeSuccess(response, method: method)
        case .success(let response): self = Self.judge(S3Refusal(response), response)
        }
    }

    private static func judge(_ error: HTTPError) -> S3Verdict {
        switch error {
        // A handshake that broke off looks like one that was refused.
        case .unreachable, .untrusted, .stalled, .interrupted: .transient(.transport(error), retryAfter: nil)
        case .tooLarge, .unusable, .cancelled: .final(.transport(error))
        }
    }

    /// POST may answer 200 before it is done and put the error into the body: CompleteMultipartUpload does.
    private static func judgeSuccess(_ response: HTTPResponse, method: String) -> S3Verdict {
        if method == "POST", S3XML.error(response.body) != nil { return judge(S3Refusal(response), response) }
        if response.status == 206 {
            guard let range = ContentRange(response),
                Int64(response.body.count) == range.bytes.upperBound - range.bytes.lowerBound
            else { return .transient(.malformed(reason: "the answer is shorter than its range"), retryAfter: nil) }
        }
        return .success(response)
    }

    private static func judge(_ refusal: S3Refusal, _ response: HTTPResponse) -> S3Verdict {
        let problem = S3Problem.refusal(refusal)
        if refusal.code == "RequestTimeTooSkewed" || refusal.code == "RequestExpired",
            let date = response.header("Date").flatMap(S3Time.date(fromHeader:))
        {
            return .skewed(problem, serverDate: date)
        }
        let isTransient =
            transientStatuses.contains(refusal.status) || refusal.code.map(transientCodes.contains) == true
        guard isTransient else { return .final(problem) }
        return .transient(problem, retryAfter: retryAfter(response))
    }

    /// 501 says that the store lacks the operation, 507 that it is full: neither passes by itself.
    private static let transientStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504, 509]

    /// These come with status 200, 400 or 403 as well. The digests: what was sent is right, so it was damaged on its
    /// way.
    private static let transientCodes: Set<String> = [
        "InternalError", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "RequestTimeout", "OperationAborted", "BadDigest", "XAmzContentSHA256Mismatch",
        "IncompleteBody",
    ]

    private static func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.header("Retry-After").flatMap { Int($0) }.map { .seconds(min(max($0, 0), 60)) }
    }
}

/// The header `Content-Range: bytes 0-99/200`. Source: RFC 9110, 14.4.
struct ContentRange: Equatable {
    let bytes: Range<Int64>
    /// The size of the whole object.
    let totalInBytes: Int64

    init?(_ response: HTTPResponse) {
        guard let text = response.header("Content-Range"), text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst("bytes ".count).split(whereSeparator: { $0 == "-" || $0 == "/" }).map { Int64($0) }
        guard numbers.count == 3, let first = numbers[0], let last = numbers[1], let total = numbers[2],
            first >= 0, last >= first, total > last
        else { return nil }
        bytes = first..<(last + 1)
        totalInBytes = total
    }
}
