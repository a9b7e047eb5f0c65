package import JobModel

/// A backup job whose newest good or newest proven backup is too old.
package struct Staleness: Sendable, Equatable {
    /// What is missing.
    package enum Concern: String, Sendable, CaseIterable {
        /// A good backup.
        case backup
        /// A backup that a verification has proven.
        case verification
    }

    package let concern: Concern
    /// When the newest good or proven backup began; nil where there never was one.
    package let newestAt: CivilTime?
    /// Since when the job is known: where there never was a backup, its age counts from then.
    package let knownSince: CivilTime
    package let limitInSeconds: Int
    package let ageInSeconds: Int

    package init(
        concern: Concern, newestAt: CivilTime?, knownSince: CivilTime, limitInSeconds: Int, ageInSeconds: Int
    ) {
        self.concern = concern
        self.newestAt = newestAt
        self.knownSince = knownSince
        self.limitInSeconds = limitInSeconds
        self.ageInSeconds = ageInSeconds
    }
}
