import Foundation
import JobModel
import ObjectStorage
import Operations

/// What commands name by the words of the job file.
extension Assembly {
    /// The job of the job file with this name; without a name the only backup job.
    func backupJob(_ name: String?, in configuration: Configuration) throws -> (job: Job, backup: BackupJob) {
        guard let name else { return try onlyBackupJob(of: configuration) }
        let known = configuration.jobs.filter { $0.backup != nil }.map(\.name)
        guard let job = configuration.job(named: name) else { throw UnknownJobError(name: name, known: known) }
        guard let backup = job.backup else { throw NotABackupJobError(name: name, kind: job.kind.name, known: known) }
        return (job, backup)
    }

    private func onlyBackupJob(of configuration: Configuration) throws -> (job: Job, backup: BackupJob) {
        let jobs = configuration.jobs.filter { $0.backup != nil }
        guard jobs.count == 1, let backup = jobs[0].backup else {
            throw UnnamedJobError(known: jobs.map(\.name))
        }
        return (jobs[0], backup)
    }

    /// Opens the backup that `text` names: an URL, a path, `JOB@latest`, or an id. A job and an id are looked for in the
    /// store that is named, else in those of the job file.
    func backup(
        _ text: String, in storeText: String?, _ option: JobFileOption, _ options: StoreOptions
    ) async throws -> BackupSource {
        if let job = NewestBackup.job(in: text) { return try await newest(of: job, in: storeText, option, options) }
        guard let id = BackupID(text) else { return try await backup(text, in: storeText, options) }
        if let storeText {
            return try await find(id, in: [try store(storeText, option, options)])
        }
        guard let loaded = try jobFile(option).loadIfThere() else { throw MissingStoreError(id: text) }
        return try await find(id, in: try loaded.configuration.stores.map { try targets.store($0) })
    }

    private func newest(
        of job: String, in storeText: String?, _ option: JobFileOption, _ options: StoreOptions
    ) async throws -> BackupSource {
        let store: any ObjectStore
        if let storeText {
            store = try self.store(storeText, option, options)
        } else {
            let configuration = try jobFile(option).load().configuration
            let (_, backup) = try backupJob(job, in: configuration)
            guard let target = backup.stores.first.flatMap(configuration.store) else {
                throw JobError.unknownName(kind: "store", name: backup.stores.first ?? "")
            }
            store = try targets.store(target)
        }
        do {
            guard let source = try await BackupCatalog(store: store).newest(of: job) else {
                throw JobError.noBackup(job: job, store: store.location.url)
            }
            return source
        } catch {
            throw JobError.explaining(error, job: job, in: store)
        }
    }

    private func find(_ id: BackupID, in stores: [any ObjectStore]) async throws -> BackupSource {
        for store in stores {
            guard let folder = try await BackupCatalog(store: store).folder(of: id) else { continue }
            return try await BackupSource.open(folder, in: store)
        }
        throw StorageError.notFound(
            object: "the backup \(id)", store: stores.map(\.location.url).joined(separator: ", "))
    }
}

/// `JOB@latest`: the newest backup of a job.
enum NewestBackup {
    /// Nil where `text` is something else. A path may hold an @ as well.
    static func job(in text: String) -> String? {
        let suffix = "@latest"
        guard text.hasSuffix(suffix), !text.contains("/") else { return nil }
        let job = text.dropLast(suffix.count)
        return job.isEmpty ? nil : String(job)
    }
}

extension Job {
    /// Nil for a job of another kind.
    var backup: BackupJob? {
        if case .backup(let backup) = kind { backup } else { nil }
    }
}

/// A job that makes no backups was named where one that does is wanted.
struct NotABackupJobError: UserFacingError {
    let name: String
    let kind: String
    let known: [String]
    var message: String { "\"\(name)\" is a job of kind \(kind), not a backup job" }
    var hint: String? { "Backup jobs: \(known.isEmpty ? "none" : known.joined(separator: ", "))." }
    var category: FailureCategory { .usage }
}

/// No job was named, and there is not just one.
struct UnnamedJobError: UserFacingError {
    let known: [String]
    var message: String {
        known.isEmpty ? "the job file has no backup job" : "the job file has \(known.count) backup jobs"
    }
    var hint: String? {
        known.isEmpty ? "Add one, or name --database and --to." : "Name one of them: \(known.joined(separator: ", "))."
    }
    var category: FailureCategory { .usage }
}

extension Assembly {
    /// The job of this name, which must be of this kind.
    func job(_ name: String, ofKind kind: String, in configuration: Configuration) throws -> Job {
        guard let job = configuration.job(named: name) else {
            throw UnknownJobError(name: name, known: configuration.jobs.filter { $0.kind.name == kind }.map(\.name))
        }
        guard job.kind.name == kind else {
            throw WrongKindOfJobError(name: name, kind: job.kind.name, wanted: kind)
        }
        return job
    }
}

/// A command for one kind of job was given another.
struct WrongKindOfJobError: UserFacingError {
    let name: String
    let kind: String
    let wanted: String
    var message: String { "\(name) is a job of kind \(kind), not \(wanted)" }
    var hint: String? { "To run it: dbops run \(name)." }
    var category: FailureCategory { .usage }
}
