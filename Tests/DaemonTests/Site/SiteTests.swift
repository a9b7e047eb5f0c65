import Foundation
import JobModel
import Operations
import TestSupport
import Testing

@testable import Daemon

@Suite struct SiteTests {
    private let orders = Journal<String>()

    private func site(
        _ board: StatusBoard = Boards.well, isReadOnly: Bool = false, runs: [Run]? = [],
        refusal: OrderError? = nil
    ) -> Site {
        let orders = orders
        @Sendable func follow(_ order: String) throws(OrderError) {
            if let refusal { throw refusal }
            orders.add(order)
        }
        return Site(
            rule: AccessRule(token: nil, isReadOnly: isReadOnly, formToken: "form", hostName: "127.0.0.1"),
            sources: SiteSources(
                board: { _, _ in board }, runs: { query in runs.map { Array($0.prefix(query.limit)) } },
                runNow: { job throws(OrderError) in
                    try follow("run \(job)")
                    return Boards.run(job, at: 0, nil).id
                },
                stop: { run throws(OrderError) in try follow("stop \(run)") },
                pause: { job throws(OrderError) in
                    try follow("pause \(job)")
                    return true
                },
                resume: { job throws(OrderError) in
                    try follow("resume \(job)")
                    return true
                },
                limit: { orders.add("limit \($0.map(String.init) ?? "none")") },
                pin: { orders.add("\($1 ? "pin" : "unpin") \($0)") }))
    }

    private func order(_ path: String, _ body: String = "", accept: String = "") -> SiteRequest {
        SiteRequest("POST", path, headers: ["X-DBOps-Request": "1", "Accept": accept], body: Array(body.utf8))
    }

    @Test(arguments: [
        ("/", "text/html; charset=utf-8"), ("/page.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"), ("/favicon.ico", "image/svg+xml"),
        ("/icon-bad.svg", "image/svg+xml"), ("/healthz", "text/plain; charset=utf-8"), ("/readyz", "application/json"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"), ("/health/db", "application/json"),
        ("/health/db/shop", "application/json"), ("/api/v1/jobs", "application/json"),
        ("/api/v1/runs", "application/json"), ("/api/v1/backups", "application/json"),
        ("/api/v1/next", "application/json"), ("/api/v1/findings", "application/json"),
        ("/api/v1/stores", "application/json"),
    ])
    func `has`(path: String, type: String) async {
        let answer = await site().answer(to: SiteRequest("GET", path))
        #expect(answer.status == 200)
        #expect(answer.contentType == type)
        #expect(!answer.body.isEmpty)
        #expect(answer.headers["cache-control"] == "no-store")
        #expect(answer.headers["content-security-policy"]?.contains("unsafe") == false)
        let head = await site().answer(to: SiteRequest("HEAD", path))
        #expect(head.status == 200 && head.body.isEmpty)
    }

    @Test(arguments: [
        "/x", "/api", "/api/v1", "/api/v1/x", "/api/v2/jobs", "/health/db/other", "/icon-x.svg", "/../etc",
    ])
    func `has nothing at`(path: String) async {
        #expect(await site().answer(to: SiteRequest("GET", path)).status == 404)
        #expect(await site().answer(to: order(path)).status == 404)
    }

    @Test func `knows no other methods`() async {
        let answer = await site().answer(to: SiteRequest("DELETE", "/api/v1/jobs", headers: ["X-DBOps-Request": "1"]))
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET, HEAD, POST")
    }

    @Test(arguments: [
        ("/api/v1/jobs/nightly/run", "run nightly", 202), ("/api/v1/jobs/a%2Fb/pause", "pause a/b", 200),
        ("/api/v1/jobs/nightly/resume", "resume nightly", 200),
        ("/api/v1/runs/aaaaaaaaaaaa/stop", "stop aaaaaaaaaaaa", 202),
        ("/api/v1/backups/20261121T035000Z-bbbbbb/pin", "pin 20261121T035000Z-bbbbbb", 200),
        ("/api/v1/backups/20261121T035000Z-bbbbbb/unpin", "unpin 20261121T035000Z-bbbbbb", 200),
    ])
    func `follows the order`(path: String, wanted: String, status: Int) async {
        #expect(await site().answer(to: order(path)).status == status)
        #expect(orders.all == [wanted])
    }

    @Test(arguments: [
        ("{\"concurrency\": 0}", 200, ["limit 0"]), ("{\"concurrency\": null}", 200, ["limit none"]),
        ("{\"concurrency\": -1}", 400, []), ("{\"concurrency\": \"1\"}", 400, []), ("", 400, []),
    ])
    func `throttles`(body: String, status: Int, wanted: [String]) async {
        #expect(await site().answer(to: order("/api/v1/throttle", body)).status == status)
        #expect(orders.all == wanted)
    }

    @Test(arguments: [
        (OrderError.noSuchJob("x"), 404), (OrderError.runsAlready("x"), 409), (OrderError.busy(2), 409),
        (OrderError.historyIsSilent, 503),
    ])
    func `says why it does not follow`(refusal: OrderError, status: Int) async {
        let answer = await site(refusal: refusal).answer(to: order("/api/v1/jobs/x/run"))
        #expect(answer.status == status)
        #expect(answer.body.contains(refusal.message.replacing("\"", with: "\\\"")))
    }

    @Test func `sends people who pressed a button back to the page, or tells them why not`() async {
        let form = SiteRequest(
            "POST", "/api/v1/jobs/nightly/run",
            headers: ["Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"],
            body: Array("form_token=form".utf8))
        let done = await site().answer(to: form)
        #expect(done.status == 303)
        #expect(done.headers["location"] == "/")
        let refused = await site(refusal: .runsAlready("nightly")).answer(to: form)
        #expect(refused.status == 409)
        #expect(refused.contentType.hasPrefix("text/html"))
        #expect(refused.body.contains("a run of nightly is alive"))
    }

    @Test func `follows nothing where it may only be looked at`() async {
        #expect(await site(isReadOnly: true).answer(to: order("/api/v1/jobs/nightly/run")).status == 403)
        #expect(orders.all.isEmpty)
        let page = await site(isReadOnly: true).answer(to: SiteRequest("GET", "/"))
        #expect(!page.body.contains("<form"))
    }

    @Test func `is not ready with a reason`() async throws {
        var board = Boards.well
        board.stores[0].isUp = false
        board.stores[0].trouble = "no such bucket"
        let answer = await site(board).answer(to: SiteRequest("GET", "/readyz"))
        #expect(answer.status == 503)
        #expect(answer.body.contains("{\"name\":\"store local\",\"ready\":false,\"reason\":\"no such bucket\"}"))
        board.stores[0].isUp = nil
        #expect(await site(board).answer(to: SiteRequest("GET", "/readyz")).status == 503)
        board = Boards.well
        board.clockTrouble = "it is 1970"
        #expect(await site(board).answer(to: SiteRequest("GET", "/readyz")).status == 503)
    }

    @Test func `tells a probe without a token no reason`() async {
        var board = Boards.well
        board.historyTrouble = "a secret place is gone"
        let site = Site(
            rule: AccessRule(token: "a-token-of-some-length", isReadOnly: false, formToken: "", hostName: ""),
            sources: self.site(board).sources)
        let answer = await site.answer(to: SiteRequest("GET", "/readyz"))
        #expect(answer.status == 503)
        #expect(!answer.body.contains("secret place"))
    }

    @Test(arguments: ["limit=0", "limit=1001", "limit=x", "since=yesterday", "outcome=well"])
    func `refuses a query that means nothing`(query: String) async {
        #expect(await site().answer(to: SiteRequest("GET", "/api/v1/runs?\(query)")).status == 400)
    }

    @Test func `says that the history does not answer`() async {
        #expect(await site(runs: nil).answer(to: SiteRequest("GET", "/api/v1/runs")).status == 503)
    }

    @Test func `writes JSON by the command line's keys`() async throws {
        let run = Boards.run("nightly", at: 0, .succeeded)
        let runs = try object(await site(runs: [run]).answer(to: SiteRequest("GET", "/api/v1/runs")), "runs")
        #expect(
            Set(runs[0].keys) == [
                "run", "job", "kind", "trigger", "scheduled_at", "started_at", "ended_at", "seconds", "outcome",
                "reason", "message", "host", "attempts", "missed_firings",
            ])
        let backups = try object(await site().answer(to: SiteRequest("GET", "/api/v1/backups")), "backups")
        let listed = ["backup", "job", "database", "started_at", "bytes_stored", "verified_at", "pinned", "kept_apart"]
        #expect(Set(backups[0].keys).isSuperset(of: listed))
        #expect(backups[0]["verified_at"] is NSNull)
        let jobs = try object(await site().answer(to: SiteRequest("GET", "/api/v1/jobs")), "jobs")
        #expect(jobs[0]["verified_backup"] as? String == "20261121T034000Z-aaaaaa")
    }

    private func object(_ answer: SiteAnswer, _ key: String) throws -> [[String: Any]] {
        let whole = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        return try #require(whole?[key] as? [[String: Any]])
    }
}
