import Foundation
import HTTPTransport
import JobModel
import Postgres

/// Mails notices.
struct EmailNotifier: Notifier {
    let transport: MailTransport
    let settings: EmailSettings
    let password: Secret?
    let now: @Sendable () -> Date

    func send(_ notice: Notice) async throws {
        let text = MailText(notice: notice, from: settings.from, to: settings.to, date: CivilTime(now()))
        let mail = Mail(sender: settings.from, recipients: settings.to, content: text.bytes)
        do {
            try await transport.send(mail, over: server)
        } catch let error as MailError {
            throw NotifierError.mail(error)
        }
    }

    private var server: MailServer {
        MailServer(
            host: settings.host, port: settings.port, encryption: settings.encryption, user: settings.user,
            password: password?.value)
    }
}
