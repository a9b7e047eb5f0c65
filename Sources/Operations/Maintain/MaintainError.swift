package import JobModel

/// Why a database cannot be maintained now.
package enum MaintainError: UserFacingError, Equatable {
    /// Another run of dbops maintains the same database.
    case alreadyRunning(server: String)
    /// A dump of the database runs: both would be slow, and the dump keeps dead rows from being removed.
    case dumpRunning(server: String, dumps: [String])

    package var message: String {
        switch self {
        case .alreadyRunning(let server): "another run of dbops maintains \(server) already"
        case .dumpRunning(let server, let dumps): "a dump of \(server) is running: \(dumps.joined(separator: ", "))"
        }
    }

    package var hint: String? {
        switch self {
        case .alreadyRunning: "Wait for that run to end."
        case .dumpRunning: "Run it after the dump, for instance with after = \"BACKUP JOB\" in the job file."
        }
    }

    package var category: FailureCategory { .tryLater }
}
