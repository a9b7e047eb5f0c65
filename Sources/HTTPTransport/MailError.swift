package import JobModel

/// Why a mail was not taken, or not for everybody. `reason` is the server's or libcurl's own text.
package enum MailError: UserFacingError, Hashable {
    /// A mail address that cannot be used.
    case badAddress(String)
    case badServer(host: String)
    /// A password would go over an unencrypted connection.
    case passwordInTheClear(host: String)
    case unreachable(host: String, reason: String)
    /// The server does not offer STARTTLS, or the TLS connection is not trusted.
    case notEncrypted(host: String, reason: String)
    /// The user or the password is wrong.
    case loginDenied(host: String, reason: String)
    /// The server refused these recipients; `reasons` is what it said of each. With `othersWereSent` the other
    /// recipients have got the mail.
    case recipientsRefused([String], reasons: [String], othersWereSent: Bool)
    /// The server refused the mail.
    case refused(host: String, reason: String, isTemporary: Bool)
    case stalled(host: String, reason: String)
    case interrupted(host: String, reason: String)

    package var message: String {
        switch self {
        case .badAddress(let address): "\"\(address)\" is no mail address that can be used"
        case .badServer(let host): "\"\(host)\" is no name of a mail server"
        case .passwordInTheClear(let host): "the password would go to the mail server \(host) unencrypted"
        case .unreachable(let host, let reason): "the mail server \(host) cannot be reached: \(reason)"
        case .notEncrypted(let host, let reason):
            "no mail was sent: there is no trusted TLS connection to the mail server \(host): \(reason)"
        case .loginDenied(let host, let reason): "the mail server \(host) refused the login: \(reason)"
        case .recipientsRefused(let recipients, let reasons, let othersWereSent):
            "the mail server refused \(zip(recipients, reasons).map { "\($0) (\($1))" }.joined(separator: ", "))"
                + (othersWereSent ? "; the other recipients have got the mail" : "")
        case .refused(let host, let reason, _): "the mail server \(host) refused the mail: \(reason)"
        case .stalled(let host, let reason): "the mail server \(host) does not answer: \(reason)"
        case .interrupted(let host, let reason): "the connection to the mail server \(host) broke off: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .badAddress: "Use an address like ops@example.com, in ASCII."
        case .notEncrypted:
            "A server that takes TLS from the first byte needs encryption = \"tls\"; one without TLS, "
                + "in a network that you trust, encryption = \"none\"."
        case .passwordInTheClear: "Use encryption = \"starttls\" or \"tls\"."
        case .loginDenied: "Check user and password."
        default: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .badAddress, .badServer, .passwordInTheClear: .configuration
        case .loginDenied: .permission
        case .recipientsRefused(_, _, true): .partial
        case .unreachable, .notEncrypted, .stalled, .interrupted: .unavailable
        case .recipientsRefused, .refused: .failed
        }
    }

    /// Whether the same mail may be taken a little later, and would reach nobody twice.
    package var isTransient: Bool {
        switch self {
        case .unreachable, .stalled, .interrupted: true
        case .refused(_, _, let isTemporary): isTemporary
        case .recipientsRefused(_, let reasons, let othersWereSent):
            !othersWereSent && reasons.allSatisfy { $0.hasPrefix("4") }
        case .badAddress, .badServer, .passwordInTheClear, .notEncrypted, .loginDenied: false
        }
    }
}
