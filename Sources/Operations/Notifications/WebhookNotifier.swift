import Foundation
import HTTPTransport
import JobModel
import Postgres

/// Posts notices as JSON, signed where there is a secret.
struct WebhookNotifier: Notifier {
    let post: NoticePost
    let url: Secret
    let secret: Secret?

    func send(_ notice: Notice) async throws {
        let body = Array(try WebhookBody(notice: notice).value.json().utf8)
        let timestamp = Int(post.now().timeIntervalSince1970)
        var headers = [
            HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-Dbops-Event", notice.eventName),
            HTTPHeader("X-Dbops-Timestamp", String(timestamp)),
        ]
        if let secret {
            let signature = WebhookSignature.text(body: body, timestamp: timestamp, secret: secret.value)
            headers.append(HTTPHeader("X-Dbops-Signature", signature))
        }
        try await post.post(body, to: url, headers: headers)
    }
}
