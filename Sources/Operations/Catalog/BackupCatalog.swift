package import Archive
package import JobModel
package import ObjectStorage

/// What a store holds, read from the store alone: it is the truth about backups.
package struct BackupCatalog: Sendable {
    /// One backup, with the newest proof of it.
    package struct Entry: Sendable {
        package let name: BackupName
        package let url: String
        package let manifest: Manifest
        package let verification: VerificationReport?
        package let marks: BackupMarks.Standing

        /// Why retention does not count it; nil where it does.
        package var shrinkage: Shrinkage? { marks.shrinkage(of: manifest.size) }
    }

    /// A folder named like a backup whose manifest cannot be used.
    package struct Unreadable: Sendable {
        package let url: String
        package let reason: String
    }

    /// Manifests that are read at the same time.
    private static let concurrency = 8

    private let store: any ObjectStore

    package init(store: any ObjectStore) {
        self.store = store
    }

    /// Backups of one ``BackupSeries``, by its text, or of all, oldest first; and the folders that look like backups but
    /// cannot be read. A folder without a manifest is no backup and in neither list.
    package func list(job: String?) async throws -> (backups: [Entry], unreadable: [Unreadable]) {
        try await list(try await names(of: job))
    }

    /// The same of a job and all of its databases. Costs a listing more, of the store's folders.
    package func list(
        jobWithDatabases job: String
    ) async throws -> (backups: [Entry], unreadable: [Unreadable]) {
        var names: [BackupName] = []
        for series in try await SeriesOfJob.all(of: job, in: store) { names += try await self.names(of: series.text) }
        return try await list(names)
    }

    private func list(_ names: [BackupName]) async throws -> (backups: [Entry], unreadable: [Unreadable]) {
        var backups: [Entry] = []
        var unreadable: [Unreadable] = []
        for start in stride(from: 0, to: names.count, by: Self.concurrency) {
            let batch = names[start..<min(start + Self.concurrency, names.count)]
            try await withThrowingTaskGroup(of: Finding.self) { group in
                for name in batch { group.addTask { try await read(name) } }
                for try await finding in group {
                    switch finding {
                    case .backup(let entry): backups.append(entry)
                    case .unreadable(let folder): unreadable.append(folder)
                    case .nothing: break
                    }
                }
            }
        }
        return (
            backups.sorted { ($0.name.id.description, $0.name.job) < ($1.name.id.description, $1.name.job) },
            unreadable.sorted { $0.url < $1.url }
        )
    }

    /// When the newest backup of `job` began, by its name; nil where there is none. Reads no manifest but the newest's.
    func newestInstant(of job: String) async throws -> CivilTime? {
        for name in try await names(of: job).sorted(by: { $0.id.description > $1.id.description }) {
            if case .backup = try await read(name) { return name.id.startedAt }
        }
        return nil
    }

    /// The same of a job and all of its databases.
    func newestInstant(ofJobWithDatabases job: String) async throws -> CivilTime? {
        var newest: CivilTime?
        for series in try await SeriesOfJob.all(of: job, in: store) {
            newest = [newest, try await newestInstant(of: series.text)].compactMap { $0 }.max()
        }
        return newest
    }

    /// The newest backup of `job`; nil where there is none. Reads no manifest but the newest's.
    package func newest(of job: String) async throws -> BackupSource? {
        for name in try await names(of: job).sorted(by: { $0.id.description > $1.id.description }) {
            do {
                return try await BackupSource.open(ObjectKey(name.folder), in: store)
            } catch OperationError.notABackup {
                // Unfinished, or being made.
            } catch StorageError.notFound {
                // Deleted since.
            }
        }
        return nil
    }

    /// The folder of the backup with this name, whatever its job.
    package func folder(of id: BackupID) async throws -> ObjectKey? {
        try await names(of: nil).first { $0.id == id }.map { ObjectKey($0.folder) }
    }

    private enum Finding: Sendable {
        case backup(Entry)
        case unreadable(Unreadable)
        case nothing
    }

    /// Of one job by its own folder alone: a store may hold a thousand jobs.
    private func names(of job: String?) async throws -> [BackupName] {
        let segments = if let job { [BackupName.folder(ofJob: job)] } else { try await store.folders(under: nil) }
        var names: [BackupName] = []
        for segment in segments {
            guard let key = ObjectKey(validating: segment) else { continue }
            for folder in try await store.folders(under: key) {
                if let name = BackupName(jobSegment: segment, idSegment: folder) { names.append(name) }
            }
        }
        return names
    }

    private func read(_ name: BackupName) async throws -> Finding {
        let folder = ObjectKey(name.folder)
        let url = "\(store.location.url)/\(name.folder)"
        do {
            let source = try await BackupSource.read(folder, in: store)
            return .backup(
                Entry(
                    name: name, url: url, manifest: source.manifest, verification: try await source.standingProof(),
                    marks: try await source.marks()))
        } catch OperationError.notABackup {
            return .nothing
        } catch StorageError.notFound {
            return .nothing
        } catch let error as ArchiveError {
            return .unreadable(Unreadable(url: url, reason: error.message))
        }
    }
}
