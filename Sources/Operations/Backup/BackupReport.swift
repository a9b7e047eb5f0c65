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

/// What a backup would do, for `--dry-run`.
package struct BackupPreview: Sendable {
    package struct Table: Sendable {
        package let name: String
        package let sizeInBytes: Int64
        package let note: String?
    }

    package let database: String
    package let serverVersion: String
    package let clientVersion: String
    package let destination: String
    package let workers: Int
    package let tables: [Table]
    package let largeObjects: Int
    package let tablesWithoutData: [(table: String, reason: String)]
    package let warnings: [String]
}
