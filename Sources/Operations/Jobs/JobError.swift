package import JobModel
package import ObjectStorage

/// Why a job cannot be done as the job file says.
package enum JobError: UserFacingError, Equatable {
    /// The job file refers to something that it does not define; its decoder should have said so.
    case unknownName(kind: String, name: String)
    /// None of the server's databases is one of the job's.
    case noDatabase(job: String, selection: String, known: [String])
    /// There is nothing to verify.
    case noBackup(job: String, store: String)
    /// Not even the directory is there, which the first backup makes.
    case noBackupYet(job: String, store: String, reason: String)
    /// The clocks of this host and of a store differ so much that ages mean nothing.
    case clocksDiffer(store: String, here: String, there: String)

    package var message: String {
        switch self {
        case .unknownName(let kind, let name): "the job file defines no \(kind) \(name)"
        case .noDatabase(let job, let selection, let known):
            "the server has no database that the job \(job) backs up (databases = \(selection)): it has "
                + (known.isEmpty ? "none at all" : known.prefix(20).joined(separator: ", "))
        case .clocksDiffer(let store, let here, let there):
            "this host says \(here) and \(store) says \(there): nothing is deleted by clocks that differ so much"
        case .noBackup(let job, let store): "\(store) holds no backup of the job \(job)"
        case .noBackupYet(let job, let store, let reason): "the job \(job) has no backup yet in \(store): \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .unknownName: "See dbops check."
        case .noDatabase: "Look at the job's databases and exclude_databases, and whether this is the right server."
        case .clocksDiffer: "Set the clock of this host right (NTP); the next run applies the retention."
        case .noBackup(let job, _): "Make one: dbops backup now \(job)."
        case .noBackupYet(let job, _, _):
            "Make one: dbops backup now \(job). Where there should be some, check that the disk is mounted."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .unknownName: .configuration
        case .noBackup, .noBackupYet, .clocksDiffer, .noDatabase: .unavailable
        }
    }
}

extension JobError {
    /// What it means for a job that its store's directory is not there; other errors stay what they are.
    package static func explaining(_ error: any Error, job: String, in store: any ObjectStore) -> any Error {
        guard case .directory = store.location, case StorageError.unavailable(_, let reason, _) = error else {
            return error
        }
        return JobError.noBackupYet(job: job, store: store.location.url, reason: reason)
    }
}
