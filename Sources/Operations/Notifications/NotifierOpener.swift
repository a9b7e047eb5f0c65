package import HTTPTransport
package import JobModel

/// Makes of what the job file says about a notifier something that sends, with the secrets, which are fetched now: the
/// one place that knows all kinds.
package struct NotifierOpener: Sendable {
    private let secrets: SecretReader
    private let post: NoticePost
    private let mail: MailTransport

    /// A receiver that lets `stallTimeout` pass without a byte is given up. Default: 10 s.
    package init(
        secrets: SecretReader, transport: CurlTransport, mail: MailTransport, clock: any WallClock,
        stallTimeout: Duration = .seconds(10)
    ) {
        self.secrets = secrets
        self.mail = mail
        post = NoticePost(transport: transport, stallTimeout: stallTimeout, now: { clock.now })
    }

    /// Nothing is connected to yet. Throws ``SecretError``.
    package func open(_ settings: NotifierSettings) throws(SecretError) -> any Notifier {
        switch settings.kind {
        case .webhook(let url, let secret):
            WebhookNotifier(post: post, url: try secrets.read(url), secret: try secret.map(secrets.read))
        case .slack(let url): SlackNotifier(post: post, url: try secrets.read(url))
        case .healthchecks(let url): HealthchecksNotifier(post: post, url: try secrets.read(url))
        case .email(let email):
            EmailNotifier(
                transport: mail, settings: email, password: try email.password.map(secrets.read), now: post.now)
        }
    }
}
