package import JobModel

/// What is to be kept of one job, in every store alike.
package struct PruneRequest: Sendable {
    package var job: String
    package var policy: RetentionPolicy
    /// Of the job's schedule: days and weeks are its. Default: UTC.
    package var zone = ZoneRules.utc
    /// Nothing newer than the newest verified backup is deleted. Default: false.
    package var requiresVerified = false
    /// By which fraction of the median a backup's rows or bytes may fall before it is kept apart. Default: 0.5.
    package var shrinkLimit = 0.5
    /// Only backups of this server count. Default: that of the newest backup in any of the
    /// stores.
    package var systemIdentifier: String?
    /// What a killed run has left is swept when its last sign of life is older than this, by the store's clock.
    /// Default: 24 h.
    package var abandonedAfter: Duration = .seconds(86_400)

    package init(job: String, policy: RetentionPolicy) {
        self.job = job
        self.policy = policy
    }
}
