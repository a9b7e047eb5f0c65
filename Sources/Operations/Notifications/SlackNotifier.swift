import HTTPTransport
import Postgres

/// Posts notices to an incoming webhook of Slack, or of what speaks its format (Mattermost, Rocket.Chat).
struct SlackNotifier: Notifier {
    let post: NoticePost
    let url: Secret

    func send(_ notice: Notice) async throws {
        let body = Array(try SlackBody(notice: notice).value.json().utf8)
        try await post.post(body, to: url, headers: [HTTPHeader("Content-Type", "application/json")]) { response in
            Self.faultWord(response.body)
        }
    }

    /// Slack answers with one word: `invalid_payload`, `no_service`, `channel_is_archived`.
    private static func faultWord(_ body: [UInt8]) -> String? {
        guard body.count <= 60, let text = String(validating: body, as: UTF8.self) else { return nil }
        return text.wholeMatch(of: /[a-z]+(_[a-z]+)+/) == nil ? nil : text
    }
}
