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
    /// words cannot: a statement that tells of its work and said nothing has done none.
    func refusal(isSilenceFailure: Bool) -> (outcome: MaintainStepResult.Outcome, message: String)? {
        guard !didWork else { return nil }
        guard let warning = warnings.last else {
            return isSilenceFailure ? (.failed, "the server did not say that it did anything") : nil
        }
        return switch warning.sqlState {
        case .lockNotAvailable: (.locked, warning.message)
        case .undefinedTable: (.skipped, warning.message)
        default: (.failed, warning.message)
        }
    }
}
