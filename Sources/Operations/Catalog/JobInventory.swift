import Archive
import Foundation
import JobModel
import ObjectStorage

/// All that a store holds of one job, from one listing. What the listing did not show whole makes no inventory: an
/// error on the way is thrown.
struct JobInventory: Sendable {
    /// What store it is of, as an URL.
    let url: String
    /// By name, so oldest first.
    var folders: [JobFolder]
    /// Names directly below the job that are none of ours.
    var strangers: [String]
    var uploads: [UnfinishedUpload]
    /// The store's clock; nil where nothing depends on it, or where it does not tell.
    var storeTime: Date?
}

/// Reads the inventory of a job.
struct JobInventoryReader: Sendable {
    let store: any ObjectStore
    let job: String
    /// Reads the manifests of the newest ones alone. Default: of all.
    var newest: Int?

    /// Manifests that are read at the same time.
    private static let concurrency = 8

    func read() async throws -> JobInventory {
        let root = ObjectKey(BackupName.folder(ofJob: job))
        var (folders, strangers) = sorted(try await store.list(under: root), root: root)
        let uploads = try await store.unfinishedUploads(under: root)
        let first = newest.map { max(0, folders.count - $0) } ?? 0
        for start in stride(from: first, to: folders.count, by: Self.concurrency) {
            let range = start..<min(start + Self.concurrency, folders.count)
            folders.replaceSubrange(range, with: try await read(Array(folders[range])))
        }
        let needsTime = !uploads.isEmpty || folders.contains { $0.heartbeat != nil }
        return JobInventory(
            url: store.location.url, folders: folders, strangers: strangers, uploads: uploads,
            storeTime: needsTime ? try await time() : nil)
    }

    /// The listing by folders; leases are passed over.
    private func sorted(_ listed: [ObjectInfo], root: ObjectKey) -> ([JobFolder], strangers: [String]) {
        var folders: [BackupID: JobFolder] = [:]
        var strangers: Set<String> = []
        for object in listed {
            let rest = object.key.description.dropFirst(root.description.count + 1)
            let segment = String(rest.prefix { $0 != "/" })
            guard !segment.hasPrefix(BackupName.leasePrefix) else { continue }
            guard segment.count < rest.count, let (id, part) = BackupName.part(ofSegment: segment) else {
                strangers.insert(segment)
                continue
            }
            var folder = folders[id] ?? JobFolder(name: BackupName(job: job, id: id))
            switch part {
            case .backup: folder.objects.append(object)
            case .evidence: folder.evidence.append(object)
            case .marks: folder.marks.append(object)
            }
            folders[id] = folder
        }
        return (folders.values.sorted { $0.name.id.description < $1.name.id.description }, strangers.sorted())
    }

    private func read(_ folders: [JobFolder]) async throws -> [JobFolder] {
        try await withThrowingTaskGroup(of: (Int, JobFolder).self) { group in
            for (index, folder) in folders.enumerated() { group.addTask { (index, try await read(folder)) } }
            var found = folders
            for try await (index, folder) in group { found[index] = folder }
            return found
        }
    }

    private func read(_ folder: JobFolder) async throws -> JobFolder {
        var folder = folder
        folder.standing = try await BackupMarks(of: folder.key, in: store)
            .standing(listed: Set(folder.marks.map(\.key)))
        guard folder.hasManifest else { return folder }
        do {
            let source = try await BackupSource.read(folder.key, in: store)
            folder.contents = .backup(BackupDigest(source, listed: folder.objects))
            let newest = try await VerificationEvidence(of: folder.key, in: store)
                .newestRecord(manifestSHA256: source.manifestSHA256, among: folder.evidence.map(\.key))
            folder.proof = newest.map { $0.outcome == .succeeded ? .succeeded : .failed } ?? .none
        } catch let error as ArchiveError {
            folder.contents = .unreadable(reason: error.message)
        }
        return folder
    }

    /// A store that takes no probe does not tell its time; then nothing is swept for its age.
    private func time() async throws -> Date? {
        do {
            let beside = ObjectKey(BackupName.lease(of: job, purpose: LeaseObject.Purpose.prune.rawValue))
            return try await StoreClock(store: store).now(beside: beside)
        } catch is StorageError {
            return nil
        }
    }
}
