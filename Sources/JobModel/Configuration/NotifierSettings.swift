/// A table `[notifiers.NAME]`: whom to tell, of what.
package struct NotifierSettings: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// A POST of JSON to an URL, signed by HMAC-SHA256 where there is a secret.
        case webhook(url: SecretReference, secret: SecretReference?)
        /// A POST as Slack's incoming webhooks take it.
        case slack(url: SecretReference)
        /// Pings at start, success and failure as healthchecks.io takes them.
        case healthchecks(url: SecretReference)
        case email(EmailSettings)

        /// As the job file writes it.
        package var name: String {
            switch self {
            case .webhook: "webhook"
            case .slack: "slack"
            case .healthchecks: "healthchecks"
            case .email: "email"
            }
        }
    }

    /// What a notifier can be told of.
    package enum Event: String, Sendable, Codable, CaseIterable {
        case started
        case succeeded
        case failed
        case partial
        case missed
        /// The first success after a run that was not one.
        case recovered
        case verificationFailed = "verification-failed"
        /// No good backup for longer than ``Job/alertAfter``, or verification lags behind.
        case stale
    }

    package var name: String
    package var kind: Kind
    /// Default: failed, partial, missed, recovered, verification-failed, stale.
    package var events: Set<Event> = [.failed, .partial, .missed, .recovered, .verificationFailed, .stale]

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// How mail is sent.
package struct EmailSettings: Sendable, Equatable {
    /// How the connection to the mail server is encrypted.
    package enum Encryption: String, Sendable, CaseIterable {
        /// STARTTLS, and no mail where the server does not offer it.
        case startTLS = "starttls"
        /// TLS from the first byte.
        case tls
        case none
    }

    package var host: String
    /// Default: 587, with `tls` 465, with `none` 25.
    package var port: Int
    package var encryption: Encryption
    package var user: String?
    package var password: SecretReference?
    package var from: String
    package var to: [String]

    package init(
        host: String, port: Int, encryption: Encryption, user: String?, password: SecretReference?, from: String,
        to: [String]
    ) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.user = user
        self.password = password
        self.from = from
        self.to = to
    }
}
