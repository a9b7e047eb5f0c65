/// How much a finding matters.
package enum AdviceSeverity: String, Sendable, Codable, CaseIterable, Comparable {
    /// Costs something, or may once.
    case notice
    /// Will cost time, space or data if nothing is done.
    case warning
    /// Costs data or stops the service, now or soon.
    case critical

    package static func < (left: AdviceSeverity, right: AdviceSeverity) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .notice: 0
        case .warning: 1
        case .critical: 2
        }
    }
}
