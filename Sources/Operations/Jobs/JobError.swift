package import JobModel

/// Why a job cannot be done as the job file says.
package enum JobError: UserFacingError, Equatable {
    /// The job file refers to something that it does not define; its decoder should have said so.
    case unknownName(kind: String, name: String)
    /// There is nothing to verify.
    case noBackup(job: String, store: String)
    /// A kind of a later version.
    case kindNotSupported(String)
    /// The clocks of this host and of a store differ so much that ages mean nothing.
    case clocksDiffer(store: String, here: String, there: String)

    package var message: String {
        switch self {
        case .unknownName(let kind, let name): "the job file defines no \(kind) \(name)"
        case .kindNotSupported(let kind): "jobs of kind \(kind) are not supported by this version"
        case .clocksDiffer(let store, let here, let there):
            "this host says \(here) and \(store) says \(there): nothing is deleted by clocks that differ so much"
        case .noBackup(let job, let store): "\(store) holds no backup of the job \(job)"
        }
    }

    package var hint: String? {
        switch self {
        case .unknownName, .kindNotSupported: "See dbops check."
        case .clocksDiffer: "Set the clock of this host right (NTP); the next run applies the retention."
        case .noBackup(let job, _): "Make one: dbops backup now \(job)."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .unknownName, .kindNotSupported: .configuration
        case .noBackup, .clocksDiffer: .unavailable
        }
    }
}
