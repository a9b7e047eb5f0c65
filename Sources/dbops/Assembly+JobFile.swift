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

    /// Opens the backup that `text` names: an URL, a path, `JOB@latest`, `JOB/DATABASE@latest`, or an id. A job and an id
    /// are looked for in the store that is named, else in those of the job file.
    func backup(
        _ text: String, in storeText: String?, _ option: JobFileOption, _ options: StoreOptions
    ) async throws -> BackupSource {
        if let series = NewestBackup.series(in: text) {
            return try await newest(of: series, in: storeText, option, options)
        }
        guard let id = BackupID(text) else {
            do {
                return try await backup(text, in: storeText, options)
            } catch StorageError.notFound where !text.contains("/") {
                let jobs = try? jobFile(option).loadIfThere()?.configuration.jobs.filter { $0.backup != nil }.map(
                    \.name)
                throw UnknownBackupError(text: text, jobs: jobs ?? [])
            }
        }
        if let storeText {
            return try await find(id, in: [{ try store(storeText, option, options) }])
        }
        guard let loaded = try jobFile(option).loadIfThere() else { throw MissingStoreError(id: text) }
        return try await find(id, in: loaded.configuration.stores.map { target in { try targets.store(target) } })
    }

    private func newest(
        of series: BackupSeries, in storeText: String?, _ option: JobFileOption, _ options: StoreOptions
    ) async throws -> BackupSource {
        if let storeText {
            return try await NewestBackup.open(series, isOfSeveral: false, in: try store(storeText, option, options))
        }
        let configuration = try jobFile(option).load().configuration
        let (_, backup) = try backupJob(series.job, in: configuration)
        guard let target = backup.stores.first.flatMap(configuration.store) else {
            throw JobError.unknownName(kind: "store", name: backup.stores.first ?? "")
        }
        do {
            let store = try targets.store(target)
            return try await NewestBackup.open(series, isOfSeveral: backup.databases != nil, in: store)
        } catch let error as any UserFacingError where backup.stores.count > 1 {
            throw OtherStoresError(cause: error, stores: Array(backup.stores.dropFirst()))
        }
    }

    /// In the first store that has it whole. One that cannot be asked, or whose manifest is damaged, is passed over: the
    /// copy in another one is as good.
    private func find(_ id: BackupID, in stores: [() throws -> any ObjectStore]) async throws -> BackupSource {
        var asked: [String] = []
        var failures: [any UserFacingError] = []
        for open in stores {
            do {
                let store = try open()
                guard let folder = try await BackupCatalog(store: store).folder(of: id) else {
                    asked.append(store.location.url)
                    continue
                }
                let source = try await BackupSource.open(folder, in: store)
                for failure in failures { StandardError.write("Warning: \(failure.message)") }
                return source
            } catch let error as any UserFacingError {
                failures.append(error)
            }
        }
        guard let failure = failures.first else {
            throw StorageError.notFound(object: "the backup \(id)", store: asked.joined(separator: ", "))
        }
        guard !asked.isEmpty || failures.count > 1 else { throw failure }
        throw NotFoundEverywhereError(id: id.description, asked: asked, failures: failures)
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
