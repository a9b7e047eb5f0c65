package import JobModel
package import Postgres

/// One statement that is going to be run, and why.
package struct MaintainStep: Sendable, Equatable {
    package enum Action: String, Sendable, Encodable {
        case vacuum
        /// A VACUUM that freezes, in a quiet hour before autovacuum has to.
        case freeze
        /// A VACUUM as fast as can be, without the indexes: wraparound is near.
        case emergencyVacuum = "emergency-vacuum"
        case analyze
        case reindex
        /// What a broken REINDEX CONCURRENTLY has left.
        case dropIndex = "drop-index"
        case repack
        /// Once after the last VACUUM, where each of them leaves it out.
        case databaseStatistics = "database-statistics"
    }

    package let action: Action
    /// Nil for what concerns the database.
    package let object: SQLIdentifier?
    /// The tables that nobody else may be working on: the table and its TOAST table.
    package let relations: [UInt32]
    package let statement: ServerText
    /// For people, the weightiest first.
    package let reasons: [String]
    /// Of what is read: the table with its TOAST table, or the index.
    package let sizeInBytes: Int
    /// What is to come of a VACUUM that freezes; none for other statements.
    var goals: [FreezeGoal] = []

    /// Whether it is a VACUUM of whichever urgency.
    var isVacuum: Bool { [.vacuum, .freeze, .emergencyVacuum].contains(action) }
}

/// What a run of maintenance is going to do, and what it leaves alone although it needs something.
package struct MaintainPlan: Sendable, Equatable {
    /// A table or index that needs something and does not get it now.
    package struct PassedOver: Sendable, Equatable {
        package enum Cause: String, Sendable, Encodable {
            /// Its dead rows cannot be removed now.
            case xminHolder = "xmin-holder"
            /// Somebody works on it already.
            case busy
            /// It was vacuumed or analyzed only just now.
            case recent
            /// Our role may not, and it belongs to PostgreSQL itself.
            case notPermitted = "not-permitted"
            /// Left for a later run: enough for this one.
            case limit
            /// What REINDEX needs is not given.
            case unsafe
        }

        package let object: SQLIdentifier
        package let cause: Cause
        /// For people.
        package let text: String
    }

    /// The session's settings, as statements.
    package var settings: [ServerText] = []
    /// In this order.
    package var steps: [MaintainStep] = []
    package var passedOver: [PassedOver] = []
    /// Who keeps dead rows from being removed; the oldest first.
    package var holders: [XminHolder] = []
    /// For people.
    package var warnings: [String] = []
    /// How many tables were looked at.
    package var tableCount = 0
}
