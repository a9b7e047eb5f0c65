package import JobModel

/// What one attempt at a job came to.
package struct JobResult: Sendable, Equatable {
    package var outcome: RunOutcome
    package var reason: RunReason?
    /// For people; nil where all went well.
    package var message: String?
    /// The job kind's own report, as JSON.
    package var report: String?
    /// What kind of failure it was, for retries and exit codes.
    package var category: FailureCategory?

    package init(
        outcome: RunOutcome, reason: RunReason? = nil, message: String? = nil, report: String? = nil,
        category: FailureCategory? = nil
    ) {
        self.outcome = outcome
        self.reason = reason
        self.message = message
        self.report = report
        self.category = category
    }

    /// What an error makes of an attempt.
    package init(_ error: any Error) {
        let known = error as? any UserFacingError
        if let error = error as? LockError, error.isHeldByOther {
            self.init(outcome: .skipped, reason: .conflict, message: error.message, category: .tryLater)
            return
        }
        let hint = known?.hint.map { ". \($0)" } ?? ""
        self.init(outcome: .failed, category: known?.category ?? .defect)
        message = (known?.message ?? "\(error)") + hint
    }

    /// Whether another attempt could end otherwise.
    var isWorthRetrying: Bool {
        guard outcome == .failed else { return false }
        return switch category {
        case .failed, .unavailable, .cannotWrite, .tryLater, .partial, nil: true
        case .usage, .damaged, .findings, .defect, .permission, .configuration, .cancelled: false
        }
    }
}
