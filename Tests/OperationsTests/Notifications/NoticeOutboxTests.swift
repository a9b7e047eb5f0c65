import HTTPTransport
import InMemoryLogging
import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

@Suite struct NoticeOutboxTests {
    private let log = InMemoryLogHandler()
    private let clock = ManualClock()

    private func outbox(_ environment: [String: String], limit: Duration = .seconds(600)) throws -> NoticeOutbox {
        var delivery = NoticeDelivery { _ in }
        delivery.limit = limit
        let opener = NotifierOpener(
            secrets: SecretReader(environment: environment), transport: try CurlTransport(), mail: MailTransport(),
            clock: clock)
        return NoticeOutbox(
            opener: opener, delivery: delivery, logger: Logger(label: "test") { [log] _ in log })
    }

    private func settings(_ name: String, variable: String = "URL") -> NotifierSettings {
        var settings = NotifierSettings(name: name, kind: .webhook(url: .environment(name: variable), secret: nil))
        settings.events = Set(NotifierSettings.Event.allCases)
        return settings
    }

    private func notice(_ event: NotifierSettings.Event, job: String = "nightly") -> Notice {
        Notice(
            event: event, job: job, kind: "backup", at: .example(0),
            subject: .run(RunFacts(.named("aaaaaaaaaaaa", outcome: nil))))
    }

    @Test func `sends what was posted before the work ends`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let outbox = try outbox(["URL": server.endpoint])
        let answer = await outbox.delivering(grace: .seconds(600)) {
            await outbox.post([NoticeOutbox.Letter(notice(.failed), to: settings("ops"))])
            return 42
        }
        #expect(answer == 42)
        #expect(server.requests.count == 1)
        #expect(log.entries.isEmpty)
    }

    @Test func `can be used again`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let outbox = try outbox(["URL": server.endpoint])
        for _ in 0..<2 {
            await outbox.delivering(grace: .seconds(600)) {
                await outbox.post([NoticeOutbox.Letter(notice(.failed), to: settings("ops"))])
            }
        }
        #expect(server.requests.count == 2)
    }

    @Test func `sends what is news at the end of a cancelled task`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let outbox = try outbox(["URL": server.endpoint])
        let task = Task {
            await outbox.delivering(grace: .seconds(600)) {
                try? await Task.sleep(for: .seconds(3_600))
                await outbox.post([NoticeOutbox.Letter(notice(.failed), to: settings("ops"))])
            }
        }
        task.cancel()
        await task.value
        #expect(server.requests.count == 1)
    }

    @Test func `keeps the order of one job's notices`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let outbox = try outbox(["URL": server.endpoint])
        await outbox.delivering(grace: .seconds(600)) {
            for number in 0..<20 {
                let event = number.isMultiple(of: 2) ? NotifierSettings.Event.started : .failed
                await outbox.post([NoticeOutbox.Letter(notice(event), to: settings("ops"))])
            }
        }
        let events = server.requests.map { $0.headers["x-dbops-event"] }
        #expect(events == (0..<20).map { $0.isMultiple(of: 2) ? "started" : "failed" })
    }

    @Test func `holds a job's later notices back while an earlier one is tried again, and no other job's`() async throws
    {
        let arrived = Journal<String>()
        let server = try ScriptedServer { request in
            let event = request.headers["x-dbops-event"] ?? ""
            arrived.add(event)
            return .answer(event == "started" && arrived.all.count { $0 == "started" } == 1 ? 503 : 200)
        }
        // The first notice is not tried again before all of the other job's have arrived, one after the other.
        let delivery = NoticeDelivery { _ in
            try await waitUntil("the other job's notices arrive") { arrived.all.count { $0 == "missed" } == 5 }
        }
        let opener = NotifierOpener(
            secrets: SecretReader(environment: ["URL": server.endpoint]), transport: try CurlTransport(),
            mail: MailTransport(), clock: clock)
        let outbox = NoticeOutbox(opener: opener, delivery: delivery, logger: Logger(label: "test") { [log] _ in log })
        await outbox.delivering(grace: .seconds(600)) {
            let mine = [notice(.started), notice(.failed)]
            let others = Array(repeating: notice(.missed, job: "other"), count: 5)
            await outbox.post((mine + others).map { NoticeOutbox.Letter($0, to: settings("ops")) })
        }
        #expect(arrived.all.filter { $0 != "missed" } == ["started", "started", "failed"])
        #expect(arrived.all.last == "failed")
    }

    @Test func `reaches one notifier while another one hangs`() async throws {
        let hanging = try ScriptedServer { _ in .silence }
        let arrived = Journal<String>()
        let server = try ScriptedServer { request in
            arrived.add(request.target)
            return .answer(200)
        }
        let outbox = try outbox(["DEAD": hanging.endpoint, "URL": server.endpoint], limit: .seconds(3_600))
        try await outbox.delivering(grace: .milliseconds(1)) {
            let letters = (0..<30).map {
                NoticeOutbox.Letter(notice(.failed, job: "job\($0)"), to: settings("dead", variable: "DEAD"))
            }
            await outbox.post(letters + [NoticeOutbox.Letter(notice(.failed), to: settings("ops"))])
            try await waitUntil("the notice arrives") { arrived.all.count == 1 }
        }
        #expect(log.entries.count == 30)
        #expect(log.entries.allSatisfy { $0.metadata["error"] == "there was no more time to send it" })
    }

    @Test func `warns of what could not be sent, without its address`() async throws {
        let server = try ScriptedServer { _ in .answer(410) }
        let outbox = try outbox(["URL": "\(server.endpoint)/s3cr3t"])
        await outbox.delivering(grace: .seconds(600)) {
            await outbox.post([
                NoticeOutbox.Letter(notice(.failed), to: settings("ops")),
                NoticeOutbox.Letter(notice(.failed), to: settings("pager", variable: "UNSET")),
            ])
        }
        let warnings = log.entries.sorted { "\($0.metadata["notifier.name"]!)" < "\($1.metadata["notifier.name"]!)" }
        #expect(warnings.map(\.level) == [.warning, .warning])
        #expect(warnings.map { $0.message.description } == Array(repeating: "A notice could not be sent", count: 2))
        #expect(warnings[0].metadata["error"] == "the receiver answered with the status 410")
        #expect(
            warnings[1].metadata["error"] == "the secret of the variable UNSET is missing: the variable is not set")
        #expect(!"\(log.entries)".contains("s3cr3t"))
    }

    @Test func `drops the oldest where too many wait`() async throws {
        let outbox = try outbox([:])
        await outbox.post(
            (0..<1_002).map { NoticeOutbox.Letter(notice(.failed, job: "job\($0)"), to: settings("ops")) })
        #expect(log.entries.map { $0.metadata["job.name"] } == ["job0", "job1"])
        #expect(log.entries.first?.metadata["error"] == "too many wait to be sent")
    }

    @Test func `passes on what the work throws`() async throws {
        let outbox = try outbox([:])
        await #expect(throws: NotifierError.badURL) {
            try await outbox.delivering(grace: .seconds(600)) { throw NotifierError.badURL }
        }
    }
}
