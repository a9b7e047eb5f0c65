import Postgres

/// What VACUUM and ANALYZE say beside their result: their VERBOSE words, and warnings about what they did not do.
///
/// They succeed although they skipped the table: a warning without any other word is all that shows it.
struct VacuumNotices: Sendable, Equatable {
    /// Whether the table was worked on at all.
    var didWork = false
    /// The warnings, oldest first.
    var warnings: [Postgres.Notice] = []
    /// Nil where the server's words are not English.
    var removedRows: Int?
    var deadRowsLeft: Int?

    init(_ notices: [Postgres.Notice]) {
        for notice in notices {
            guard notice.sqlState == SQLState("00000") else {
                warnings.append(notice)
                continue
            }
            didWork = true
            if let match = notice.message.firstMatch(of: /tuples: ([0-9]+) removed/), let rows = Int(match.1) {
                removedRows = (removedRows ?? 0) + rows
            }
            if let match = notice.message.firstMatch(of: /([0-9]+) are dead but not yet removable/),
                let rows = Int(match.1)
            {
                deadRowsLeft = (deadRowsLeft ?? 0) + rows
            }
        }
    }

    /// What it comes to; nil where the statement did what it should. Warnings can be silenced by settings, the VERBOSE
    /// words cannot: a statement that tells of its work and said nothing has done none. One `isOfSeveral` tables tells
    /// of its work on some, and of others that it skipped them.
    func refusal(
        isSilenceFailure: Bool, isOfSeveral: Bool = false
    ) -> (outcome: MaintainStepResult.Outcome, message: String)? {
        guard !didWork else { return isOfSeveral ? warnings.lazy.compactMap(Self.skipping).first : nil }
        guard let warning = warnings.last else {
            return isSilenceFailure ? (.failed, "the server did not say that it did anything") : nil
        }
        return Self.skipping(warning) ?? (.failed, warning.message)
    }

    /// Nil for a warning about something else.
    private static func skipping(
        _ warning: Postgres.Notice
    ) -> (outcome: MaintainStepResult.Outcome, message: String)? {
        switch warning.sqlState {
        case .lockNotAvailable: (.locked, warning.message)
        case .undefinedTable: (.skipped, warning.message)
        // The words about a missing permission have no state of their own. Foreign partitions are nobody's failure.
        case SQLState("01000") where !warning.message.contains("foreign table"): (.failed, warning.message)
        default: nil
        }
    }
}
