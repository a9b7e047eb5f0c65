import HTTPTransport
import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

/// From a run to the requests that tell of it.
@Suite struct NotificationsTests {
    private let server: ScriptedServer
    private let outbox: NoticeOutbox
    private let notifications: Notifications
    private let job: Job

    init() throws {
        server = try ScriptedServer { _ in .answer(200) }
        let clock = ManualClock()
        let opener = NotifierOpener(
            secrets: SecretReader(environment: ["URL": server.endpoint]), transport: try CurlTransport(),
            mail: MailTransport(), clock: clock)
        outbox = NoticeOutbox(opener: opener, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var configuration = Configuration()
        let url = SecretReference.environment(name: "URL")
        configuration.notifiers = [
            NotifierSettings(name: "ops", kind: .webhook(url: url, secret: nil)),
            NotifierSettings(name: "check", kind: .healthchecks(url: url)),
            NotifierSettings(name: "other", kind: .webhook(url: url, secret: nil)),
        ]
        notifications = Notifications(configuration: configuration, outbox: outbox, clock: clock)
        var job = Job(name: "nightly", kind: .backup(BackupJob(database: "shop", stores: ["local"])))
        job.notify = ["ops", "check"]
        self.job = job
    }

    /// `event path` of each request, sorted.
    private func told(_ work: @Sendable (Notifications) async -> Void) async -> [String] {
        await outbox.delivering(grace: .seconds(600)) { await work(notifications) }
        return server.requests.map { "\($0.headers["x-dbops-event"] ?? "-") \($0.path)" }.sorted()
    }

    @Test func `tells a start to the check alone`() async {
        #expect(await told { await $0.runStarted(job, .named("aaaaaaaaaaaa", outcome: nil)) } == ["- /start"])
    }

    @Test func `tells a failure to each notifier of the job, once`() async {
        let told = await told { await $0.runEnded(job, .named("aaaaaaaaaaaa", outcome: .failed), earlier: nil) }
        #expect(told == ["- /fail", "failed /"])
    }

    @Test func `tells a success as a recovery after a failure`() async {
        let told = await told {
            await $0.runEnded(
                job, .named("aaaaaaaaaaaa", outcome: .succeeded), earlier: .named("bbbbbbbbbbbb", outcome: .failed))
        }
        #expect(told == ["- /", "recovered /"])
    }

    @Test func `tells of many missed runs in one notice`() async {
        let runs = (0..<50).map { Run.example(due: $0 * 60, outcome: .missed, reason: .down) }
        #expect(await told { await $0.unstarted(job, runs) } == ["- /log", "missed /"])
    }

    @Test func `tells of an interrupted run as of a failure`() async {
        let told = await told {
            await $0.unstarted(job, [.named("aaaaaaaaaaaa", outcome: .interrupted, reason: .crash)])
        }
        #expect(told == ["- /fail", "failed /"])
    }

    @Test func `is silent where nothing is news`() async {
        let told = await told { await $0.unstarted(job, [.named("aaaaaaaaaaaa", outcome: .skipped, reason: .paused)]) }
        #expect(told == [])
    }
}
