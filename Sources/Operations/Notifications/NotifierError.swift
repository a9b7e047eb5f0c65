package import HTTPTransport
package import JobModel

/// Why a notice was not taken. Never holds the address it was sent to: that is a secret.
package enum NotifierError: UserFacingError, Equatable {
    /// The job file defines no notifier of this name.
    case unknown(name: String, known: [String])
    /// What the reference to the URL leads to is no http or https URL.
    case badURL
    /// The receiver answered with another status than 2xx. `detail` is its own word for the fault.
    case refused(status: Int, detail: String?, retryAfter: Duration?)
    /// The receiver sends elsewhere; a secret does not follow it.
    case redirected(status: Int)
    /// No whole answer came.
    case noAnswer(HTTPError)
    case mail(MailError)
    /// It took longer than all tries together may; `last` is what went wrong before.
    case tooSlow(limit: Duration, last: String?)

    package var message: String {
        switch self {
        case .unknown(let name, _): "the job file defines no notifier \(name)"
        case .badURL: "its URL is not one of http or https"
        case .refused(let status, let detail, _):
            "the receiver answered with the status \(status)" + (detail.map { " (\($0))" } ?? "")
        case .redirected(let status): "the receiver answered with the status \(status): it is elsewhere"
        case .noAnswer(let error): "the receiver gave no answer: \(error.reason)"
        case .mail(let error): error.message
        case .tooSlow(let limit, let last):
            "it was not taken within \(limit.components.seconds) s" + (last.map { ": \($0)" } ?? "")
        }
    }

    package var hint: String? {
        switch self {
        case .unknown(_, let known):
            known.isEmpty
                ? "The job file has no notifiers: add a table [notifiers.NAME]."
                : "The job file has: \(known.joined(separator: ", "))."
        case .badURL: "Put the whole URL, with https://, where the job file says that it is."
        case .redirected: "Put the final URL where the job file says that it is: redirects are not followed."
        case .refused(401, _, _), .refused(403, _, _), .refused(404, _, _), .refused(410, _, _):
            "The URL is perhaps no more valid: make a new one at the receiver."
        case .mail(let error): error.hint
        case .refused, .noAnswer, .tooSlow: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .unknown, .badURL, .redirected: .configuration
        case .refused(401, _, _), .refused(403, _, _): .permission
        case .refused, .noAnswer, .tooSlow: .unavailable
        case .mail(let error): error.category
        }
    }

    /// Whether the same notice may be taken a little later.
    package var isTransient: Bool {
        switch self {
        case .refused(let status, _, _): status == 408 || status == 425 || status == 429 || status >= 500
        case .noAnswer(let error): error.isTransient
        case .mail(let error): error.isTransient
        case .unknown, .badURL, .redirected, .tooSlow: false
        }
    }

    /// How long the receiver wants to be left alone.
    var retryAfter: Duration? {
        guard case .refused(_, _, let duration) = self else { return nil }
        return duration
    }
}

extension HTTPError {
    fileprivate var isTransient: Bool {
        switch self {
        case .unreachable, .stalled, .interrupted: true
        case .untrusted, .tooLarge, .unusable, .cancelled: false
        }
    }
}

/// A failure together with the notifier that it befell.
package struct NotifierFailure: UserFacingError {
    package let notifier: String
    package let cause: any UserFacingError

    package init(notifier: String, cause: any UserFacingError) {
        self.notifier = notifier
        self.cause = cause
    }

    package var message: String { "the notifier \(notifier) could not be reached: \(cause.message)" }
    package var hint: String? { cause.hint }
    package var category: FailureCategory { cause.category }
}
