import Foundation
import JobModel
import Operations

/// Which request gets which answer. Knows no server: the edge hands it requests as values.
struct Site: Sendable {
    let rule: AccessRule
    let sources: SiteSources
    private let page = StatusPage()

    init(rule: AccessRule, sources: SiteSources) {
        self.rule = rule
        self.sources = sources
    }

    func answer(to request: SiteRequest) async -> SiteAnswer {
        var answer: SiteAnswer
        switch rule.verdict(on: request) {
        case .refused(let status, let message, let hint): answer = .failure(status, message, hint: hint)
        case .allowed: answer = await route(request, isBrief: false)
        case .allowedBriefly: answer = await route(request, isBrief: true)
        }
        if answer.status >= 400, request.prefersHTML { answer = asPage(answer) }
        if answer.status == 401 { answer.headers["www-authenticate"] = "Basic realm=\"dbops\", charset=\"UTF-8\"" }
        answer.headers.merge(Self.fixedHeaders) { own, _ in own }
        if request.method == "HEAD" { answer.body = "" }
        return answer
    }

    /// Nothing of a page is kept, framed, or fetched from elsewhere. Source: CSP Level 3; Fetch; RFC 9111.
    private static let fixedHeaders = [
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    ]

    private func route(_ request: SiteRequest, isBrief: Bool) async -> SiteAnswer {
        switch request.method {
        case "GET", "HEAD": return await look(request, isBrief: isBrief) ?? notFound
        case "POST": return await SiteOrders(sources: sources).answer(to: request) ?? notFound
        default:
            var answer = SiteAnswer.failure(405, "the method is not supported", hint: "Use GET, HEAD or POST.")
            answer.headers["allow"] = "GET, HEAD, POST"
            return answer
        }
    }

    private var notFound: SiteAnswer {
        .failure(404, "there is nothing here", hint: "docs/http.md lists what there is.")
    }

    private func look(_ request: SiteRequest, isBrief: Bool) async -> SiteAnswer? {
        switch request.segments {
        case []:
            SiteAnswer(
                200, "text/html; charset=utf-8",
                page.html(await sources.board(.atOnce, 3), formToken: rule.isReadOnly ? nil : rule.formToken))
        case ["page.css"]: SiteAnswer(200, "text/css; charset=utf-8", PageStyle.css)
        case ["page.js"]: SiteAnswer(200, "text/javascript; charset=utf-8", PageAssets.script)
        case ["favicon.ico"]: icon("well")
        case let path where path.count == 1 && path[0].hasPrefix("icon-") && path[0].hasSuffix(".svg"):
            icon(String(path[0].dropFirst(5).dropLast(4)))
        case ["healthz"]: SiteAnswer(200, "text/plain; charset=utf-8", "ok\n")
        case ["readyz"]: await readiness(isBrief: isBrief)
        case ["metrics"]:
            SiteAnswer(200, MetricsText.contentType, MetricsText.text(of: await sources.board(.databases, 1)))
        case ["health", "db"]: databases(await sources.board(.databases, 1), only: nil)
        case let path where path.count == 3 && path[0] == "health" && path[1] == "db":
            databases(await sources.board(.databases, 1), only: path[2])
        case let path where path.count == 3 && path[0] == "api" && path[1] == "v1": await api(path[2], request)
        default: nil
        }
    }

    private func icon(_ mood: String) -> SiteAnswer? {
        PageAssets.icon(mood).map { SiteAnswer(200, "image/svg+xml", $0) }
    }

    /// For people who have pressed a button.
    private func asPage(_ answer: SiteAnswer) -> SiteAnswer {
        guard let reason = answer.reason else { return answer }
        var shown = SiteAnswer(
            answer.status, "text/html; charset=utf-8",
            page.html(answer.status, message: reason.message, hint: reason.hint))
        shown.headers = answer.headers
        return shown
    }

    private func readiness(isBrief: Bool) async -> SiteAnswer {
        let readiness = Readiness(of: await sources.board(.everything, 1))
        return .json(readiness.ready ? 200 : 503, isBrief ? readiness.brief : readiness)
    }

    private func databases(_ board: StatusBoard, only name: String?) -> SiteAnswer? {
        let answer = StatusJSON.Databases(board, only: name)
        if answer.databases.isEmpty, name != nil { return nil }
        return .json(answer.databases.allSatisfy(\.up) ? 200 : 503, answer)
    }

    // MARK: - /api/v1

    private func api(_ name: String, _ request: SiteRequest) async -> SiteAnswer? {
        switch name {
        case "jobs":
            let board = await sources.board(.atOnce, 1)
            return .json(200, StatusJSON.Jobs(now: board.now, jobs: board.jobs.map(StatusJSON.Job.init)))
        case "next":
            return .json(200, StatusJSON.Next(await sources.board(.atOnce, count(request, usual: 5, most: 100))))
        case "findings": return .json(200, StatusJSON.Findings(await sources.board(.atOnce, 1)))
        case "stores": return .json(200, StatusJSON.Stores(await sources.board(.atOnce, 1)))
        case "backups":
            let board = await sources.board(.atOnce, 1)
            let job = request.query["job"]
            let backups = board.jobs.filter { job == nil || $0.name == job }.flatMap { $0.backups ?? [] }
            return .json(200, StatusJSON.Backups(backups: backups.map(StatusJSON.Backup.init)))
        case "runs": return await runs(request)
        default: return nil
        }
    }

    private func count(_ request: SiteRequest, usual: Int, most: Int) -> Int {
        min(max(request.query["count"].flatMap { Int($0) } ?? usual, 1), most)
    }

    private func runs(_ request: SiteRequest) async -> SiteAnswer {
        var query = RunQuery()
        query.job = request.query["job"]
        query.omitsTexts = true
        if let text = request.query["limit"] {
            guard let limit = Int(text), (1...1_000).contains(limit) else {
                return .failure(400, "limit takes a number from 1 to 1000", hint: nil)
            }
            query.limit = limit
        }
        if let text = request.query["since"] {
            guard let instant = CivilTime(rfc3339: text) else {
                return .failure(400, "since takes an instant such as 2027-01-01T00:00:00Z", hint: nil)
            }
            query.since = instant
        }
        if let text = request.query["outcome"] {
            let outcomes = text.split(separator: ",").map { RunOutcome(rawValue: String($0)) }
            guard !outcomes.contains(nil) else {
                let words = RunOutcome.allCases.map(\.rawValue).joined(separator: ", ")
                return .failure(400, "outcome takes some of \(words)", hint: nil)
            }
            query.outcomes = Set(outcomes.compactMap { $0 })
        }
        guard let runs = await sources.runs(query) else {
            return .failure(503, "the history does not answer", hint: "See GET /readyz.")
        }
        return .json(200, StatusJSON.Runs(runs: runs.map(RunObject.init)))
    }
}
