/// What a selection depends on beside the policy and the backups.
package struct RetentionConditions: Sendable {
    package var now: CivilTime
    /// Seconds that local clocks of the job's zone are ahead of UTC at an instant.
    package var offset: @Sendable (CivilTime) -> Int
    /// Nothing newer than the newest verified backup is deleted, and nothing at all where none is verified.
    package var requiresVerified = false
    /// False where the store did not list everything: then nothing is deleted.
    package var isListingComplete = true

    package init(now: CivilTime, offset: @escaping @Sendable (CivilTime) -> Int = { _ in 0 }) {
        self.now = now
        self.offset = offset
    }

    package init(now: CivilTime, zone: ZoneRules) {
        self.init(now: now) { zone.offsetInSeconds(at: $0) }
    }
}
