import Foundation
import HTTPTransport
import Testing

@testable import ObjectStorage

struct S3VerdictTests {
    private static func response(
        _ status: Int, code: String? = nil, headers: [HTTPHeader] = [], body: [UInt8] = []
    ) -> HTTPResponse {
        let document = code.map { Array("<Error><Code>\($0)</Code></Error>".utf8) }
        return HTTPResponse(status: status, headers: headers, body: document ?? body)
    }

    private static func kind(_ verdict: S3Verdict) -> String {
        switch verdict {
        case .success: "success"
        case .transient: "transient"
        case .skewed: "skewed"
        case .final: "final"
        }
    }

    @Test(
        arguments: [
            (408, nil), (425, nil), (429, nil), (500, nil), (502, nil), (503, nil), (504, nil), (509, nil),
            (500, "InternalError"), (503, "SlowDown"), (400, "RequestTimeout"), (409, "OperationAborted"),
            (400, "BadDigest"), (400, "XAmzContentSHA256Mismatch"), (400, "IncompleteBody"),
            (403, "RequestLimitExceeded"),
        ] as [(Int, String?)])
    func `is worth another attempt`(_ status: Int, _ code: String?) {
        #expect(Self.kind(S3Verdict(.success(Self.response(status, code: code)), method: "PUT")) == "transient")
    }

    @Test(
        arguments: [
            (301, nil), (400, nil), (401, nil), (403, nil), (404, nil), (409, nil), (412, nil), (416, nil), (501, nil),
            (507, nil), (403, "AccessDenied"), (404, "NoSuchKey"), (404, "NoSuchUpload"), (400, "EntityTooSmall"),
            (501, "NotImplemented"),
        ] as [(Int, String?)])
    func `is final`(_ status: Int, _ code: String?) {
        #expect(Self.kind(S3Verdict(.success(Self.response(status, code: code)), method: "PUT")) == "final")
    }

    @Test(arguments: [
        HTTPError.unreachable(reason: ""), .untrusted(reason: ""), .stalled(reason: ""), .interrupted(reason: ""),
    ])
    func `a broken exchange is worth another attempt`(_ error: HTTPError) {
        #expect(S3Verdict(.failure(error), method: "GET") == .transient(.transport(error), retryAfter: nil))
    }

    @Test(arguments: [
        HTTPError.unusable(reason: ""), .tooLarge(limitInBytes: 1), .cancelled,
    ])
    func `an exchange that can never work is final`(_ error: HTTPError) {
        #expect(S3Verdict(.failure(error), method: "GET") == .final(.transport(error)))
    }

    @Test func `an error inside a 200 counts`() {
        #expect(
            Self.kind(S3Verdict(.success(Self.response(200, code: "InternalError")), method: "POST")) == "transient")
        #expect(Self.kind(S3Verdict(.success(Self.response(200, code: "InvalidPart")), method: "POST")) == "final")
    }

    @Test func `an object that looks like an error is an object`() {
        #expect(Self.kind(S3Verdict(.success(Self.response(200, code: "SlowDown")), method: "GET")) == "success")
    }

    @Test func `a body shorter than its range is worth another attempt`() {
        let range = [HTTPHeader("Content-Range", "bytes 0-9/20")]
        let whole = Self.response(206, headers: range, body: [UInt8](repeating: 0, count: 10))
        let short = Self.response(206, headers: range, body: [UInt8](repeating: 0, count: 9))
        #expect(Self.kind(S3Verdict(.success(whole), method: "GET")) == "success")
        #expect(Self.kind(S3Verdict(.success(short), method: "GET")) == "transient")
    }

    @Test func `a wrong clock is corrected by the Date header`() {
        let date = HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
        let verdict = S3Verdict(
            .success(Self.response(403, code: "RequestTimeTooSkewed", headers: [date])), method: "GET")
        guard case .skewed(_, let serverDate) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(serverDate.timeIntervalSince1970 == 784_111_777)
    }

    @Test(arguments: [("2", 2), ("100000", 60), ("-5", 0)])
    func `Retry-After is kept to, within a minute`(_ text: String, _ seconds: Int) {
        let response = Self.response(503, headers: [HTTPHeader("retry-after", text)])
        guard case .transient(_, let retryAfter) = S3Verdict(.success(response), method: "GET") else {
            Issue.record("not transient")
            return
        }
        #expect(retryAfter == .seconds(seconds))
    }

    @Test func `the words of the store are kept`() {
        let body = """
            <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>\
            <RequestId>tx01</RequestId><HostId>h</HostId></Error>
            """
        let refusal = S3Refusal(HTTPResponse(status: 503, body: Array(body.utf8)))
        #expect(refusal.text == "SlowDown: Please reduce your request rate. (status 503, request tx01)")
        let empty = S3Refusal(HTTPResponse(status: 502, headers: [HTTPHeader("x-amz-request-id", "r2")]))
        #expect(empty.text == "it answered with status 502, request r2")
    }

    @Test(
        arguments: [
            ("bytes 0-99/200", 0..<100, 200), ("bytes 5-5/6", 5..<6, 6),
        ] as [(String, Range<Int64>, Int64)])
    func `reads a content range`(_ text: String, _ bytes: Range<Int64>, _ total: Int64) {
        let range = ContentRange(HTTPResponse(status: 206, headers: [HTTPHeader("content-range", text)]))
        #expect(range?.bytes == bytes)
        #expect(range?.totalInBytes == total)
    }

    @Test(arguments: ["", "bytes 0-99/*", "bytes */200", "bytes 5-4/9", "bytes 0-9/9", "items 0-1/2", "bytes a-b/c"])
    func `refuses other content ranges`(_ text: String) {
        #expect(ContentRange(HTTPResponse(status: 206, headers: [HTTPHeader("content-range", text)])) == nil)
    }
}

struct RetryPolicyTests {
    @Test(arguments: [(1, 250), (2, 500), (3, 1_000), (7, 16_000), (8, 20_000), (100, 20_000), (0, 250)])
    func `waits double up to the longest`(_ attempt: Int, _ milliseconds: Int) {
        #expect(RetryPolicy().delay(attempt: attempt) == .milliseconds(milliseconds))
    }

    @Test(arguments: [(0.0, 500), (0.5, 750), (1.0, 1_000), (9.0, 1_000), (-1.0, 500)])
    func `jitter takes up to half away`(_ jitter: Double, _ milliseconds: Int) {
        #expect(RetryPolicy().delay(attempt: 3, jitter: jitter) == .milliseconds(milliseconds))
    }
}
