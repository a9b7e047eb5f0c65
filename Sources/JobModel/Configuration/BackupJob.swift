/// What a job of kind `backup` does.
package struct BackupJob: Sendable, Equatable {
    package var database: String
    /// Which databases of that one's server are backed up, each as a ``BackupSeries`` of its own. Default: only the one
    /// that its address names.
    package var databases: DatabaseSelection?
    /// The first is the primary one; each gets a complete copy.
    package var stores: [String]
    package var settings = BackupSettings()
    /// What is kept, in every store. Default: everything.
    package var retention: RetentionPolicy?
    /// A backup whose rows or bytes are fewer by more than this fraction of the median is kept apart. Default: 0.5.
    package var shrinkLimit = 0.5
    /// Nothing newer than the newest verified backup is deleted. Default: true where a verify job proves this job.
    package var requiresVerified = false

    package init(database: String, stores: [String]) {
        self.database = database
        self.stores = stores
    }
}
