import BlockingWork
import CCurl
import Foundation
import JobModel

/// Hands in mail by SMTP through libcurl (RFC 5321; STARTTLS by RFC 3207; AUTH by RFC 4954). Every mail has its own
/// connection and its own thread, because libcurl's simple interface waits: mails are few.
package struct MailTransport: Sendable {
    private let settings: HTTPSettings
    private let limit: Duration

    /// Of `settings` the authorities and the time to connect count. A mail takes at most `limit`. Default: 60 s.
    package init(settings: HTTPSettings = HTTPSettings(), limit: Duration = .seconds(60)) {
        self.settings = settings
        self.limit = limit
    }

    /// Returns when the server has taken the mail for every recipient. Throws ``MailError``, or `CancellationError`
    /// where the task was cancelled; the connection then ends within a second or so.
    package func send(_ mail: Mail, over server: MailServer) async throws {
        guard curlIsReady else { throw MailError.interrupted(host: server.host, reason: "libcurl is not usable") }
        if let address = mail.badAddress { throw MailError.badAddress(address) }
        guard let url = server.url else { throw MailError.badServer(host: server.host) }
        guard server.password == nil || server.encryption != .none else {
            throw MailError.passwordInTheClear(host: server.host)
        }
        let stop = StopFlag()
        let executor = SerialThreadExecutor(name: "mail")
        defer { executor.stop() }
        try await withTaskCancellationHandler {
            try await withTaskExecutorPreference(executor) {
                try Self.transfer(mail, server, url: url, settings, limit: limit, stop: stop)
            }
        } onCancel: {
            stop.raise()
        }
    }

    private static func transfer(
        _ mail: Mail, _ server: MailServer, url: String, _ settings: HTTPSettings, limit: Duration, stop: StopFlag
    ) throws {
        let transfer = MailTransfer(mail: mail, server: server, stop: stop)
        try transfer.perform(url: url, settings: settings, limit: limit)
    }
}
