package import Archive
package import JobModel

/// How a backup ended, for people and for machines.
package struct BackupReport: Sendable {
    package let name: BackupName
    /// The backup's place as `dbops restore` takes it: in the first store that has it.
    package let url: String
    /// ``RunOutcome/partial`` where a store has failed.
    package let outcome: RunOutcome
    /// How it went in each store, in the order in which they were named.
    package let stores: [StoreResult]
    package let manifest: Manifest
    package let warnings: [String]
    package let seconds: Double
}

/// What one store has of a backup.
package struct StoreResult: Sendable, Equatable, Codable {
    /// As the job file calls the store, or its URL.
    package let name: String
    /// Where the backup stands in it, or would.
    package let url: String
    /// ``RunOutcome/succeeded`` or ``RunOutcome/failed``.
    package let outcome: RunOutcome
    /// Why it failed.
    package let error: String?

    package init(name: String, url: String, outcome: RunOutcome, error: String?) {
        self.name = name
        self.url = url
        self.outcome = outcome
        self.error = error
    }
}
