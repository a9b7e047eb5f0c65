import HTTPTransport
import Postgres

/// Pings a check of healthchecks.io, or of what speaks its protocol.
struct HealthchecksNotifier: Notifier {
    let post: NoticePost
    let url: Secret

    func send(_ notice: Notice) async throws {
        let ping = HealthchecksPing(notice: notice)
        try await post.post(
            Array(ping.body.utf8), to: Secret(ping.url(base: url.value)),
            headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8")])
    }
}
