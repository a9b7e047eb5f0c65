/// What an operator can do about a failure; the command line turns it into an exit code.
package enum FailureCategory: String, Sendable, Codable, CaseIterable {
    /// The work broke off, for instance on the server's side.
    case failed
    /// Some steps or stores failed.
    case partial
    /// The command line is wrong.
    case usage
    /// An archive is damaged, or a check of a verification failed.
    case damaged
    /// A server, store, bucket or program is not there or cannot be reached.
    case unavailable
    /// What was looked for so that it makes a failure was found: all else went well.
    case findings
    /// A fault of dbops itself.
    case defect
    /// The target cannot be written: read-only, disk full.
    case cannotWrite
    /// A lock is held; the same command may succeed later.
    case tryLater
    /// A wrong password or secret, or a missing privilege.
    case permission
    /// The job file or a setting is wrong.
    case configuration
    /// The run was cancelled by the operator.
    case cancelled
}

/// An error that an operator can act on.
///
/// `message` is lower case, without a full stop, and names the thing that failed and why; `hint` is a sentence that
/// says what to do next. Neither ever holds a secret.
package protocol UserFacingError: Error {
    var message: String { get }
    var hint: String? { get }
    var category: FailureCategory { get }
    /// The page that says what to do, where there is one. Default: none.
    var runbook: Runbook? { get }
}

extension UserFacingError {
    package var runbook: Runbook? { nil }
}
