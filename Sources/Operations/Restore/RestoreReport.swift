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

    package let outcome: RunOutcome
    package let url: String
    package let target: String
    package let manifest: Manifest
    /// The roles that were made.
    package let roles: [String]
    package let seconds: Seconds
    package let warnings: [String]
}
