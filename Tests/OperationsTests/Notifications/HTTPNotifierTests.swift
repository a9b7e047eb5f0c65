import Foundation
import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Operations

/// Notifiers against a server on this machine.
@Suite struct HTTPNotifierTests {
    private let clock = ManualClock()

    private func notifier(
        _ kind: NotifierSettings.Kind, url: String, secret: String = "whsec", stallTimeout: Duration = .seconds(300)
    ) throws -> any Notifier {
        let opener = NotifierOpener(
            secrets: SecretReader(environment: ["URL": url, "SECRET": secret]), transport: try CurlTransport(),
            mail: MailTransport(), clock: clock, stallTimeout: stallTimeout)
        return try opener.open(NotifierSettings(name: "ops", kind: kind))
    }

    private let webhook = NotifierSettings.Kind.webhook(
        url: .environment(name: "URL"), secret: .environment(name: "SECRET"))
    private let slack = NotifierSettings.Kind.slack(url: .environment(name: "URL"))
    private let check = NotifierSettings.Kind.healthchecks(url: .environment(name: "URL"))

    @Test func `posts a signed webhook`() async throws {
        let server = try ScriptedServer { _ in .answer(204) }
        try await notifier(webhook, url: "\(server.endpoint)/hook?x=1").send(.failure)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/hook?x=1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["x-dbops-event"] == "failed")
        #expect(request.headers["x-dbops-timestamp"] == "1795226400")
        #expect(
            request.headers["x-dbops-signature"]
                == WebhookSignature.text(body: request.body, timestamp: 1_795_226_400, secret: "whsec"))
        #expect(String(decoding: request.body, as: UTF8.self) == (try WebhookBody(notice: .failure).value.json()))
    }

    @Test func `posts a webhook without a secret unsigned`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        try await notifier(.webhook(url: .environment(name: "URL"), secret: nil), url: server.endpoint).send(.failure)
        #expect(server.requests.first?.headers["x-dbops-signature"] == nil)
    }

    @Test func `posts to Slack, and keeps its word for a fault`() async throws {
        let server = try ScriptedServer { _ in .answer(403, [:], Array("invalid_token".utf8)) }
        await #expect(throws: NotifierError.refused(status: 403, detail: "invalid_token", retryAfter: nil)) {
            try await notifier(slack, url: "\(server.endpoint)/services/T0/B0/x").send(.failure)
        }
        let body = try #require(server.requests.first?.body)
        #expect(String(decoding: body, as: UTF8.self) == (try SlackBody(notice: .failure).value.json()))
    }

    @Test func `pings a check with a text`() async throws {
        let server = try ScriptedServer { _ in .answer(200, [:], Array("OK".utf8)) }
        try await notifier(check, url: "\(server.endpoint)/ping/key/shop").send(.failure)
        let request = try #require(server.requests.first)
        #expect(request.path == "/ping/key/shop/fail")
        #expect(UUID(uuidString: request.query["rid"] ?? "") != nil)
        #expect(String(decoding: request.body, as: UTF8.self).hasPrefix("Backup nightly failed\n\ncould not write"))
    }

    @Test(arguments: [301, 302, 307, 308])
    func `takes no secret to where a redirect leads`(status: Int) async throws {
        let other = try ScriptedServer { _ in .answer(200) }
        let server = try ScriptedServer { [endpoint = other.endpoint] _ in
            .answer(status, ["Location": "\(endpoint)/elsewhere"])
        }
        await #expect(throws: NotifierError.redirected(status: status)) {
            try await notifier(webhook, url: server.endpoint).send(.failure)
        }
        #expect(other.requests.isEmpty)
    }

    @Test func `reads how long a receiver wants to be left alone`() async throws {
        let server = try ScriptedServer { _ in .answer(429, ["Retry-After": "7"]) }
        await #expect(throws: NotifierError.refused(status: 429, detail: nil, retryAfter: .seconds(7))) {
            try await notifier(webhook, url: server.endpoint).send(.failure)
        }
    }

    @Test(arguments: [
        ("0", Duration.seconds(0)), ("120", .seconds(120)), ("Sat, 21 Nov 2026 02:00:30 GMT", .seconds(30)),
        ("Sat, 21 Nov 2026 01:00:00 GMT", .seconds(0)), ("-5", nil), ("soon", nil),
    ])
    func `reads Retry-After as seconds or as a date`(text: String, duration: Duration?) {
        #expect(RetryAfter.duration(text, now: CivilTime.example(0).date) == duration)
    }

    @Test func `arrives after two answers of 500`() async throws {
        let count = Journal<Int>()
        let server = try ScriptedServer { _ in
            count.add(1)
            return .answer(count.all.count < 3 ? 500 : 200)
        }
        let pauses = Journal<Duration>()
        try await NoticeDelivery { pauses.add($0) }
            .deliver(.failure, to: notifier(webhook, url: server.endpoint))
        #expect(server.requests.count == 3)
        #expect(Set(server.requests.map(\.body)).count == 1)
    }

    @Test func `gives up on a server that never answers`() async throws {
        let server = try ScriptedServer { _ in .silence }
        let error = await #expect(throws: NotifierError.self) {
            try await notifier(webhook, url: server.endpoint, stallTimeout: .seconds(1)).send(.failure)
        }
        #expect(error?.isTransient == true)
    }

    @Test(.enabled(if: TLSServer.program != nil, "there is no openssl program"))
    func `tells nothing to a server whose certificate is not trusted`() async throws {
        let server = try TLSServer()
        let error = await #expect(throws: NotifierError.self) {
            try await notifier(webhook, url: "https://127.0.0.1:\(server.port)/hook").send(.failure)
        }
        guard case .noAnswer(.untrusted) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.isTransient == false)
    }

    @Test(arguments: [
        "hooks.example.com/services/T/B/x", "ftp://example.com/", "https://", "https:///x", "https://a b/",
        "file:///etc/passwd", "https://exämple.com/",
    ])
    func `sends nothing to what is no http URL`(url: String) async throws {
        await #expect(throws: NotifierError.badURL) { try await notifier(webhook, url: url).send(.failure) }
    }

    @Test func `names no address in any error`() async throws {
        let secret = "s3cr3tpath"
        let server = try ScriptedServer { request in
            .answer(404, [:], Array("Cannot POST \(request.target)".utf8))
        }
        let gone = try ScriptedServer { _ in .silence }
        gone.stop()
        let urls = [
            "\(server.endpoint)/\(secret)", "\(gone.endpoint)/\(secret)", "http://\(secret)@127.0.0.1:\(gone.port)/",
            "ftp://\(secret)",
        ]
        for url in urls {
            for kind in [webhook, slack, check] {
                let error = await #expect(throws: NotifierError.self) {
                    try await notifier(kind, url: url).send(.failure)
                }
                let shown = "\(error?.message ?? "") \(error?.hint ?? "")"
                #expect(!shown.contains(secret))
            }
        }
    }
}
