package import JobModel

/// What a run of the advisor found.
package struct AdviseReport: Sendable, Equatable, Codable {
    package var database: String
    /// `16.4`
    package var serverVersion: String
    package var isStandby: Bool
    /// Checks that were made.
    package var checked: [AdviceID]
    /// Worst first.
    package var findings: [Finding]
    /// How many findings of a check were left out above, because there are so many.
    package var omitted: [String: Int]
    /// Findings that the job file or an option accepts.
    package var suppressed: [SuppressedFinding]
    /// What an earlier run found, and this one did not find any more.
    package var closed: [ClosedFinding]
    /// Checks that could not be made.
    package var notChecked: [UncheckedAdvice]
    package var seconds: Double

    /// The severity of the worst finding; nil where there is none.
    package var worst: AdviceSeverity? { findings.map(\.severity).max() }
}

extension AdviseReport {
    /// What the history keeps of a run; nil for what is none.
    package init?(json: String) {
        guard let report: AdviseReport = try? MemoryText.decode(json) else { return nil }
        self = report
    }
}

/// A finding that somebody accepts for a time.
package struct SuppressedFinding: Sendable, Equatable, Codable {
    package var finding: Finding
    /// `2027-01-31`, the last day.
    package var until: String
    package var reason: String?
}

/// A finding that is no more.
package struct ClosedFinding: Sendable, Equatable, Codable {
    package var id: AdviceID
    package var object: String
    package var severity: AdviceSeverity
    package var summary: String
    package var firstSeen: CivilTime
    /// When the run that missed it began.
    package var closedAt: CivilTime
}

/// A check that could not be made, and why.
package struct UncheckedAdvice: Sendable, Equatable, Codable {
    package var id: AdviceID
    package var reason: String
}
