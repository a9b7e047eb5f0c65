import Foundation
import Testing

@testable import Daemon

@Suite struct AccessRuleTests {
    private static let token = "a-token-of-some-length"
    private let open = AccessRule(token: nil, isReadOnly: false, formToken: "form", hostName: "127.0.0.1")
    private let closed = AccessRule(token: token, isReadOnly: false, formToken: "form", hostName: "0.0.0.0")

    private func status(_ rule: AccessRule, _ request: SiteRequest) -> Int {
        switch rule.verdict(on: request) {
        case .allowed: 200
        case .allowedBriefly: 204
        case .refused(let status, _, _): status
        }
    }

    private static func basic(_ password: String) -> String {
        "Basic " + Data("anybody:\(password)".utf8).base64EncodedString()
    }

    @Test(arguments: [
        ("", 401), ("Bearer \(token)", 200), ("bearer \(token)", 200), ("Bearer \(token)x", 401), ("Bearer ", 401),
        ("Bearer a-token-of-some-lengtH", 401), (basic(token), 200), (basic(""), 401), (basic("x"), 401),
        ("Basic !", 401), ("Digest \(token)", 401),
    ])
    func `wants the token, by whatever way`(header: String, wanted: Int) {
        let request = SiteRequest("GET", "/metrics", headers: ["Authorization": header])
        #expect(status(closed, request) == wanted)
    }

    @Test(arguments: [("/healthz", 204), ("/readyz", 204), ("/", 401), ("/health/db", 401), ("/healthz/x", 401)])
    func `lets probes look without a token, and tells them little`(path: String, wanted: Int) {
        #expect(status(closed, SiteRequest("GET", path)) == wanted)
        #expect(status(closed, SiteRequest("POST", path)) == 401)
    }

    @Test(arguments: [
        ("127.0.0.1:8432", 200), ("localhost", 200), ("localhost:1", 200), ("[::1]:8432", 200), ("10.0.0.1", 200),
        ("evil.example", 403), ("evil.example:8432", 403), ("127.0.0.1.evil.example", 403), ("1.2.3.256", 403),
        ("localhost.evil.example", 403),
    ])
    func `answers to its own names only, where no token is wanted`(host: String, wanted: Int) {
        #expect(status(open, SiteRequest("GET", "/", headers: ["Host": host])) == wanted)
    }

    @Test func `answers to any name where a token is shown`() {
        let request = SiteRequest(
            "GET", "/", headers: ["Host": "dbops.example", "Authorization": "Bearer \(Self.token)"])
        #expect(status(closed, request) == 200)
    }

    private static let orders: [([String: String], String, Int)] = [
        (["X-DBOps-Request": "1"], "", 200),
        (["X-DBOps-Request": "1", "Sec-Fetch-Site": "same-origin"], "", 200),
        (["X-DBOps-Request": "1", "Sec-Fetch-Site": "cross-site"], "", 403),
        (["X-DBOps-Request": "1", "Sec-Fetch-Site": "same-site"], "", 403),
        (["X-DBOps-Request": "1", "Origin": "http://localhost:8432"], "", 200),
        (["X-DBOps-Request": "1", "Origin": "http://localhost:1"], "", 403),
        (["X-DBOps-Request": "1", "Origin": "null"], "", 403),
        ([:], "", 403),
        (["Content-Type": "application/x-www-form-urlencoded"], "form_token=form", 200),
        (["Content-Type": "application/x-www-form-urlencoded"], "form_token=other", 403),
        (["Content-Type": "application/x-www-form-urlencoded"], "form_token=", 403),
        (["Content-Type": "text/plain"], "form_token=form", 403),
        (["Content-Type": "application/x-www-form-urlencoded", "Origin": "http://evil"], "form_token=form", 403),
    ]

    @Test(arguments: orders)
    func `follows orders that no page of somebody else can have sent`(
        headers: [String: String], body: String, wanted: Int
    ) {
        let headers = headers.merging(["Host": "localhost:8432"]) { $1 }
        let request = SiteRequest("POST", "/api/v1/jobs/a/run", headers: headers, body: Array(body.utf8))
        #expect(status(open, request) == wanted)
    }

    @Test func `takes a bearer token for the proof, and a password that a browser remembers not`() {
        let bearer = SiteRequest("POST", "/api/v1/jobs/a/run", headers: ["Authorization": "Bearer \(Self.token)"])
        #expect(status(closed, bearer) == 200)
        let basic = SiteRequest("POST", "/api/v1/jobs/a/run", headers: ["Authorization": Self.basic(Self.token)])
        #expect(status(closed, basic) == 403)
    }

    @Test func `follows no order where nothing may be changed`() {
        let rule = AccessRule(token: nil, isReadOnly: true, formToken: "form", hostName: "")
        #expect(status(rule, SiteRequest("POST", "/api/v1/jobs/a/run", headers: ["X-DBOps-Request": "1"])) == 403)
        #expect(status(rule, SiteRequest("GET", "/")) == 200)
    }

    @Test(arguments: [
        ("", "", false), ("a", "", false), ("", "a", false), ("abc", "abc", true), ("abcabc", "abc", false),
    ])
    func `compares whole texts`(given: String, wanted: String, isEqual: Bool) {
        #expect(AccessRule.areEqual(given, wanted) == isEqual)
    }
}
