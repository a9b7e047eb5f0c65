package import Archive
package import JobModel

/// How a backup ended, for people and for machines.
package struct BackupReport: Sendable {
    package let name: BackupName
    /// The backup's place as `dbops restore` takes it.
    package let url: String
    package let outcome: RunOutcome
    package let manifest: Manifest
    package let warnings: [String]
    package let seconds: Double
}
