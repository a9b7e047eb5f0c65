package import JobModel

/// One thing that a check looked at, and how it is.
package struct CheckFinding: Sendable, Equatable {
    package enum Level: Sendable, Equatable {
        case good
        /// Works, and may not be what is meant.
        case warning
        /// A job would fail.
        case fault(FailureCategory)
    }

    /// `database shop`, `store offsite`
    package let subject: String
    package let level: Level
    /// Lower case, without a full stop; never holds a secret.
    package let message: String
    /// What to do, as a sentence.
    package let advice: String?
    /// SQL to run as a superuser or the objects' owner, one statement each, with its semicolon.
    package let statements: [String]

    package init(
        subject: String, level: Level, message: String, advice: String? = nil, statements: [String] = []
    ) {
        self.subject = subject
        self.level = level
        self.message = message
        self.advice = advice
        self.statements = statements
    }

    static func good(_ subject: String, _ message: String) -> CheckFinding {
        CheckFinding(subject: subject, level: .good, message: message)
    }

    static func warning(_ subject: String, _ message: String, advice: String? = nil) -> CheckFinding {
        CheckFinding(subject: subject, level: .warning, message: message, advice: advice)
    }

    /// In the error's own words.
    static func fault(_ subject: String, _ error: any Error) -> CheckFinding {
        let known = error as? any UserFacingError
        return CheckFinding(
            subject: subject, level: .fault(known?.category ?? .defect), message: known?.message ?? "\(error)",
            advice: known?.hint)
    }

    /// The failure to answer with where several things are wrong: what an operator has to set right first.
    package static func worst(of findings: [CheckFinding]) -> FailureCategory? {
        let order: [FailureCategory] = [
            .defect, .configuration, .usage, .permission, .damaged, .cannotWrite, .unavailable, .failed, .tryLater,
            .partial, .cancelled,
        ]
        let faults = Set(findings.compactMap { if case .fault(let category) = $0.level { category } else { nil } })
        return order.first(where: faults.contains)
    }
}
