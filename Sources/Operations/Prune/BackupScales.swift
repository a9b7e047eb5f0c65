package import JobModel
package import ObjectStorage

/// Weighs new backups: holds each against those before it, by the same rule as retention, and records the result
/// beside it.
package struct BackupScales: Sendable {
    private let store: any ObjectStore
    private let job: String
    private let shrinkLimit: Double
    private let clock: any WallClock

    /// Manifests that are read: those compared with, and some that do not count.
    private static let manifestsRead = 3 * BackupWeight.comparedBackups

    package init(store: any ObjectStore, job: String, shrinkLimit: Double, clock: any WallClock) {
        self.store = store
        self.job = job
        self.shrinkLimit = shrinkLimit
        self.clock = clock
    }

    /// Why the backup is kept apart, for a warning; nil where it is not, or is not there.
    package func weigh(_ id: BackupID) async throws -> Shrinkage? {
        var request = PruneRequest(job: job, policy: RetentionPolicy())
        request.shrinkLimit = shrinkLimit
        let now = CivilTime(clock.now)
        let inventory = try await JobInventoryReader(store: store, job: job, newest: Self.manifestsRead).read()
        let planner = PrunePlanner(request: request, now: now)
        let facts = planner.facts(of: inventory, others: [])
        let weighed = RetentionFacts.weighed(facts, now: now, limit: shrinkLimit)
        for weighing in planner.weighings(before: facts, after: weighed) where weighing.name.id == id {
            try await BackupMarks(of: ObjectKey(weighing.name.folder), in: store)
                .set(.weighed, content: weighing.weight)
        }
        return weighed.first { $0.id == id }?.shrinkage
    }
}
