package import JobModel
package import Postgres

/// What became of one statement.
package struct MaintainStepResult: Sendable, Equatable {
    package enum Outcome: String, Sendable, Encodable {
        case done
        /// Somebody had the table locked each time that it was tried.
        case locked
        /// The server has it hard, or a rebuild would wait for an old transaction.
        case heldBack = "held-back"
        /// Somebody else works on the table, or it is no more: nothing is amiss.
        case skipped
        case failed
        /// The window ended while it ran.
        case cutOff = "cut-off"
        /// It was not begun, because the window was over or a dump had begun.
        case left
    }

    package let step: MaintainStep
    package let outcome: Outcome
    /// For people; nil where there is nothing to say.
    package var message: String?
    package var category: FailureCategory?
    package var seconds = 0.0
    /// What VACUUM says of dead rows; nil where it says nothing that can be read.
    package var removedRows: Int?
    package var deadRowsLeft: Int?
    /// Of a rebuilt index.
    package var bytesAfter: Int?
    /// Whether it is of no use to try it again in this run.
    var isFinal = false

    init(_ step: MaintainStep, _ outcome: Outcome, _ message: String? = nil, category: FailureCategory? = nil) {
        self.step = step
        self.outcome = outcome
        self.message = message
        self.category = category
    }
}

/// What a run of maintenance did, and what it left alone.
package struct MaintainReport: Sendable {
    /// The database, for people.
    package let server: String
    package var plan = MaintainPlan()
    package var steps: [MaintainStepResult] = []
    package var warnings: [String] = []
    /// Nothing is maintained on a standby.
    package var isStandby = false
    package var seconds = 0.0

    init(server: String) {
        self.server = server
    }

    /// Failed where something failed and nothing was done; partial where something that was needed was refused or found
    /// its table locked to the end. What the window leaves for the next run is partial only where it was freezing.
    package var outcome: RunOutcome {
        if isStandby { return .skipped }
        let amiss = steps.filter(\.isAmiss)
        guard !amiss.isEmpty else { return .succeeded }
        return steps.contains { $0.outcome == .done } ? .partial : .failed
    }

    /// What kind of failure it was, by the first; nil where all is well.
    package var category: FailureCategory? {
        outcome == .partial ? .partial : steps.first(where: \.isAmiss).map { $0.category ?? .failed }
    }

    /// For people; nil where all that was needed was done.
    package var message: String? {
        if isStandby { return RunReason.standby.sentence }
        var parts = steps.filter(\.isAmiss).map { "\($0.step.title): \($0.message ?? $0.outcome.rawValue)" }
        let left = steps.filter { !$0.isAmiss && ($0.outcome == .left || $0.outcome == .cutOff) }
        if let first = left.first {
            parts.append(
                "\(left.count) \(left.count == 1 ? "step is" : "steps are") left for the next run: "
                    + (first.message ?? ""))
        }
        let blocked = plan.passedOver.filter { $0.cause == .xminHolder }
        if let first = blocked.first {
            parts.append(
                "dead rows of \(blocked.count) \(blocked.count == 1 ? "table" : "tables") cannot be removed "
                    + "(\(first.object.plainText): \(first.text))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

extension MaintainStepResult {
    /// Whether somebody has to look.
    package var isAmiss: Bool {
        switch outcome {
        case .failed, .locked, .heldBack: true
        case .left, .cutOff: step.action == .freeze || step.action == .emergencyVacuum
        case .done, .skipped: false
        }
    }
}

extension MaintainStep {
    /// For people: `VACUUM of public.orders`.
    package var title: String {
        let verb =
            switch action {
            case .vacuum: "VACUUM"
            case .freeze: "VACUUM with FREEZE"
            case .emergencyVacuum: "emergency VACUUM"
            case .analyze: "ANALYZE"
            case .reindex: "REINDEX"
            case .dropIndex: "DROP INDEX"
            case .repack: "REPACK"
            case .databaseStatistics: "VACUUM of the database's own statistics"
            }
        return object.map { "\(verb) of \($0.plainText)" } ?? verb
    }
}

extension SQLIdentifier {
    /// Without quotes, for people.
    package var plainText: String {
        schema.map { "\($0).\(name)" } ?? "\(name)"
    }
}
