import Archive
import JobModel
package import ObjectStorage

/// One store, read again and again for a status page: a manifest never changes, so it is read once; what was said of a
/// backup since is read again for the newest ones.
package actor BackupShelf {
    /// What a reading came to.
    package struct Reading: Sendable, Equatable {
        /// Newest first.
        package var backups: [BackupSummary] = []
        /// Folders that look like backups and cannot be used.
        package var unreadable: [String] = []

        package init() {}
    }

    /// Backups of one job that are read, the newest; beyond them they are not told of.
    package static let mostBackups = 400
    /// The newest backups of a job whose proof and marks are read each time.
    private static let freshlyJudged = 16
    /// Backups that are read at the same time.
    private static let concurrency = 4

    private let store: any ObjectStore
    private let name: String
    /// By folder.
    private var known: [String: Known] = [:]

    /// `name` is the store's in the job file.
    package init(store: any ObjectStore, name: String) {
        self.store = store
        self.name = name
    }

    /// The backups of these jobs. Throws ``StorageError`` where the store cannot be read.
    package func read(_ jobs: [String]) async throws -> Reading {
        var reading = Reading()
        var folders: Set<String> = []
        for job in jobs {
            let names = try await names(of: job)
            folders.formUnion(names.map(\.name.folder))
            for start in stride(from: 0, to: names.count, by: Self.concurrency) {
                let batch = names[start..<min(start + Self.concurrency, names.count)]
                try await read(Array(batch), isNew: start < Self.freshlyJudged, into: &reading)
            }
        }
        known = known.filter { folders.contains($0.key) }
        reading.backups.sort { $0.id.description > $1.id.description }
        return reading
    }

    /// Asks the store for one small listing. Throws ``StorageError`` where it does not answer.
    package func probe(_ job: String) async throws {
        _ = try await store.folders(under: ObjectKey(BackupName.folder(ofJob: job)))
    }

    private struct Listed: Sendable {
        let name: BackupName
        var hasEvidence = false
        var hasMarks = false
    }

    /// Newest first, from one listing.
    private func names(of job: String) async throws -> [Listed] {
        var found: [BackupID: Listed] = [:]
        var finished: Set<BackupID> = []
        for folder in try await store.folders(under: ObjectKey(BackupName.folder(ofJob: job))) {
            guard let (id, part) = BackupName.part(ofSegment: folder) else { continue }
            var listed = found[id] ?? Listed(name: BackupName(job: job, id: id))
            switch part {
            case .backup: finished.insert(id)
            case .evidence: listed.hasEvidence = true
            case .marks: listed.hasMarks = true
            }
            found[id] = listed
        }
        return found.values.filter { finished.contains($0.name.id) }
            .sorted { $0.name.id.description > $1.name.id.description }.prefix(Self.mostBackups).map { $0 }
    }

    private func read(_ batch: [Listed], isNew: Bool, into reading: inout Reading) async throws {
        let (store, storeName, known) = (store, name, known)
        let found = try await withThrowingTaskGroup(of: (BackupName, Found).self) { group in
            for listed in batch {
                let old = known[listed.name.folder]
                if let old, !isNew {
                    reading.backups.append(old.summary)
                    continue
                }
                group.addTask { (listed.name, try await Self.read(listed, old, in: store, named: storeName)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (name, found) in found {
            switch found {
            case .backup(let backup):
                self.known[name.folder] = backup
                reading.backups.append(backup.summary)
            case .unreadable: reading.unreadable.append(name.folder)
            case .nothing: self.known[name.folder] = nil
            }
        }
    }

    private struct Known: Sendable {
        var summary: BackupSummary
        /// Of the manifest's bytes: what a proof is bound to.
        let manifestSHA256: String
    }

    private enum Found: Sendable {
        case backup(Known)
        case unreadable
        /// Being made, or deleted since it was listed.
        case nothing
    }

    private static func read(
        _ listed: Listed, _ old: Known?, in store: any ObjectStore, named name: String
    ) async throws -> Found {
        let folder = ObjectKey(listed.name.folder)
        do {
            let marks =
                listed.hasMarks ? try await BackupMarks(of: folder, in: store).standing() : BackupMarks.Standing()
            guard !marks.isBeingDeleted else { return .nothing }
            var backup: Known
            if let old {
                backup = old
            } else {
                let source = try await BackupSource.open(folder, in: store)
                backup = Known(
                    summary: BackupSummary(source, listed.name, store: name), manifestSHA256: source.manifestSHA256)
            }
            let proof =
                listed.hasEvidence
                ? try await VerificationEvidence(of: folder, in: store)
                    .standingProof(manifestSHA256: backup.manifestSHA256) : nil
            backup.summary.proof = proof.map(BackupSummary.Proof.init)
            backup.summary.take(marks)
            return .backup(backup)
        } catch OperationError.notABackup {
            return .nothing
        } catch StorageError.notFound {
            return .nothing
        } catch is ArchiveError {
            return .unreadable
        }
    }
}

extension BackupSummary {
    fileprivate init(_ source: BackupSource, _ name: BackupName, store: String) {
        let manifest = source.manifest
        self.init(
            id: name.id, job: name.job, database: manifest.database.text, store: store, url: source.url,
            startedAt: manifest.startedAt, finishedAt: manifest.finishedAt, snapshotAt: manifest.snapshot.takenAt,
            bytesRaw: manifest.totals.bytesRaw, bytesStored: manifest.totals.bytesStored,
            tables: manifest.totals.tables, rows: manifest.totals.rows, serverVersion: manifest.server.versionText)
    }

    fileprivate mutating func take(_ marks: BackupMarks.Standing) {
        isPinned = marks.isPinned
        isAccepted = marks.isAccepted
        keptApart = marks.shrinkage(of: BackupSize(rows: rows, bytesRaw: bytesRaw))?.text
    }
}

extension BackupSummary.Proof {
    fileprivate init(_ report: VerificationReport) {
        self.init(
            verifiedAt: report.verifiedAt, restoreSeconds: report.seconds.restore, totalSeconds: report.seconds.total,
            serverVersion: report.serverVersion, checks: report.checks)
    }
}
