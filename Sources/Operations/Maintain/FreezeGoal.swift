import JobModel
import Postgres

/// How old a table, or TOAST table, may be once it was frozen: no older than the age that called for it.
///
/// VACUUM succeeds all the same where an old transaction, prepared transaction or slot keeps it from freezing: only the
/// table's age shows it.
package struct FreezeGoal: Sendable, Equatable {
    let relation: UInt32
    /// Infinite where the age in transactions did not call for it.
    var mostTransactions = Double.infinity
    /// Infinite where the age in multixacts did not call for it.
    var mostMultixacts = Double.infinity

    struct Ages: Sendable, Equatable {
        let relation: UInt32
        var transactions: Double
        var multixacts: Double
    }

    /// For people: what is amiss; nil where the goal is reached.
    func shortfall(_ ages: Ages) -> String? {
        if ages.transactions > mostTransactions { return Self.text(ages.transactions, "transactions") }
        return ages.multixacts > mostMultixacts ? Self.text(ages.multixacts, "multixacts") : nil
    }

    private static func text(_ age: Double, _ noun: String) -> String {
        "it could not be frozen, and is still \(Quantities.count(Int(age))) \(noun) old"
    }
}

extension [FreezeGoal] {
    /// What is amiss with the first of them that was not reached, as the server sees it now; a table that is no more
    /// has nothing amiss.
    func shortfall(on session: Session) async throws -> String? {
        guard !isEmpty else { return nil }
        let list = "{\(map { "\($0.relation)" }.joined(separator: ","))}"
        let found = try await session.query(MaintainQueries.ages, [ServerText(list)]).rows.map { row in
            FreezeGoal.Ages(
                relation: try row.oid("oid"), transactions: try row.double("xid_age"),
                multixacts: try row.double("mxid_age"))
        }
        return lazy.compactMap { goal in found.first { $0.relation == goal.relation }.flatMap(goal.shortfall) }.first
    }
}
