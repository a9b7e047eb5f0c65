package import JobModel
package import ObjectStorage

/// Which series of a job a store holds: the job's own, and one for each database of a job that backs up several.
package enum SeriesOfJob {
    /// By name. The job's own series is among them only where it has a folder.
    package static func all(of job: String, in store: any ObjectStore) async throws -> [BackupSeries] {
        try await store.folders(under: nil).compactMap { BackupSeries(folder: $0) }
            .filter { $0 == BackupSeries(job) || $0.database != nil && $0.job == job }
    }

    /// Those of several stores together, without those that a store which cannot be listed may hold.
    package static func all(of job: String, in stores: [any ObjectStore]) async -> [BackupSeries] {
        var found: Set<BackupSeries> = []
        for store in stores { found.formUnion((try? await all(of: job, in: store)) ?? []) }
        return found.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }
}
