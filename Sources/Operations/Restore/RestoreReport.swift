package import Archive
package import JobModel

/// How a restore for real ended.
package struct RestoreReport: Sendable {
    package struct Seconds: Sendable, Codable {
        package let definitions: Double
        package let data: Double
        package let indexes: Double
        package let total: Double
    }

    /// Something of the backup that was not made.
    package struct LeftOut: Sendable, Codable, Equatable {
        package let object: String
        package let reason: String
        /// What would make it.
        package let statement: String

        init(_ leftOut: ResolvedSelection.LeftOut) {
            object = leftOut.entry.kindAndName
            reason = leftOut.reason
            statement = leftOut.statement
        }
    }

    /// What became of the database in whose place the backup is now.
    package struct Replaced: Sendable, Codable, Equatable {
        package let database: String
        /// Its name now.
        package let keptAs: String
        /// The statement that drops it.
        package let drop: String
        /// The statements that put it back into its place.
        package let swapBack: [String]

        private enum CodingKeys: String, CodingKey {
            case database, drop
            case keptAs = "kept_as"
            case swapBack = "swap_back"
        }
    }

    /// *partial* where something was refused that should have been made beside the data.
    package let outcome: RunOutcome
    package let url: String
    package let target: String
    /// Of a part, it speaks of nothing else.
    package let manifest: Manifest
    /// The roles that were made.
    package let roles: [String]
    package let seconds: Seconds
    /// What was made because the part needs it.
    package let alongside: [String]
    package let leftOut: [LeftOut]
    /// Made of a database before it was swapped in.
    package let checks: [VerificationCheck]
    package let replaced: Replaced?
    package let warnings: [String]
}
