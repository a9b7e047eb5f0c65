package import JobModel

/// Who holds an advisory lock, as far as this role may see.
package struct LockHolder: Sendable, Equatable, CustomStringConvertible {
    /// Of the server process.
    package let processID: Int64
    package let applicationName: String?
    /// Nil for a socket.
    package let clientAddress: String?
    /// When its session began (RFC 3339, UTC).
    package let since: String?

    package init(processID: Int64, applicationName: String?, clientAddress: String?, since: String?) {
        self.processID = processID
        self.applicationName = applicationName
        self.clientAddress = clientAddress
        self.since = since
    }

    /// `session 4711 ("dbops lock …", from 10.0.0.3, since 2026-11-21T02:00:00Z)`
    package var description: String {
        let facts = [
            applicationName.map { "\"\($0)\"" }, clientAddress.map { "from \($0)" }, since.map { "since \($0)" },
        ].compactMap { $0 }
        return facts.isEmpty ? "session \(processID)" : "session \(processID) (\(facts.joined(separator: ", ")))"
    }
}

/// Why a run may not begin, or not go on: somebody else works on the same thing.
package enum LockError: UserFacingError, Equatable {
    /// Another session has the job's advisory lock; `holder` is nil where this role may not see whose.
    case jobHeld(job: String, store: String, holder: LockHolder?)
    /// Another run has the lease; `holder` says which, for people.
    case leaseHeld(job: String, purpose: String, holder: String)
    /// The lease could not be renewed in time, or somebody else has taken it over.
    case leaseLost(job: String, purpose: String, reason: String)

    package var message: String {
        switch self {
        case .jobHeld(let job, let store, let holder):
            "the job \(job) is being run already (into \(store)): its lock is held by "
                + (holder?.description ?? "another session")
        case .leaseHeld(let job, let purpose, let holder):
            "the backups of \(job) are in use by another run (\(purpose)): the lease is held by \(holder)"
        case .leaseLost(let job, let purpose, let reason):
            "the lease on the backups of \(job) (\(purpose)) was lost: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .jobHeld: "Wait for that run to end; SELECT pg_terminate_backend(PID) ends one that hangs."
        case .leaseHeld: "Wait for that run to end; the lease of a run that was killed ends by itself in some minutes."
        case .leaseLost: "Run it again; if it happens twice, look at the network between this host and the store."
        }
    }

    /// Whether somebody else does the work already.
    package var isHeldByOther: Bool {
        switch self {
        case .jobHeld, .leaseHeld: true
        case .leaseLost: false
        }
    }

    package var category: FailureCategory {
        switch self {
        case .jobHeld, .leaseHeld: .tryLater
        case .leaseLost: .failed
        }
    }
}
