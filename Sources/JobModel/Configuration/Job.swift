/// A table `[jobs.NAME]`: what is done, when, and what happens when it cannot be done then.
package struct Job: Sendable, Equatable {
    package var name: String
    package var kind: JobKind
    /// Default: none, the job runs by hand only.
    package var trigger = JobTrigger.none
    /// The IANA name of the zone of the schedule. Default: the daemon's.
    package var timezone = "UTC"
    package var misfire: MisfirePolicy
    package var overlap = OverlapPolicy.skip
    /// A run that takes longer is cancelled, cleaned up, and has failed. Default: none.
    package var timeout: Duration?
    package var retries = RetrySettings()
    /// Firings are moved by an offset of at most this, always the same for this job. Default: none.
    package var spread: Duration = .zero
    /// A run that cannot begin within this after its scheduled instant is skipped. Default: none.
    package var window: Duration?
    package var conflicts: [JobConflict] = []
    /// A paused job's firings are recorded as skipped. Default: false.
    package var isPaused = false
    /// Names of notifiers.
    package var notify: [String] = []
    /// For a backup job: an alert where its newest good backup is older than this. Default: none.
    package var alertAfter: Duration?

    package init(name: String, kind: JobKind) {
        self.name = name
        self.kind = kind
        misfire = MisfirePolicy()
    }
}

/// What a job does.
package enum JobKind: Sendable, Equatable {
    case backup(BackupJob)
    case verify(VerifyJob)
    case prune(PruneJob)

    /// As the job file writes it.
    package var name: String {
        switch self {
        case .backup: "backup"
        case .verify: "verify"
        case .prune: "prune"
        }
    }
}

/// What a job must not run beside.
package enum JobConflict: Sendable, Hashable {
    case job(String)
    /// All jobs of a kind: `kind:backup`.
    case kind(String)
}

/// What a job of kind `backup` does.
package struct BackupJob: Sendable, Equatable {
    package var database: String
    /// The first is the primary one; each gets a complete copy.
    package var stores: [String]
    package var settings = BackupSettings()
    /// What is kept, in every store. Default: everything.
    package var retention: RetentionPolicy?
    /// A backup whose rows or bytes are fewer by more than this fraction of the median is kept apart. Default: 0.5.
    package var shrinkLimit = 0.5
    /// Nothing newer than the newest verified backup is deleted. Default: true where a verify job proves this job.
    package var requiresVerified = false

    package init(database: String, stores: [String]) {
        self.database = database
        self.stores = stores
    }
}

/// What a job of kind `verify` does.
package struct VerifyJob: Sendable, Equatable {
    package enum Choice: String, Sendable, CaseIterable {
        case newest
        case random
        case oldestUnverified = "oldest-unverified"
    }

    /// The backup job whose backups are proven.
    package var of: String
    package var which = Choice.newest
    /// The store to read from. Default: the backup job's primary one.
    package var store: String?
    /// Sessions that load and compare at the same time. Default: 4.
    package var jobs = 4

    package init(of job: String) {
        of = job
    }
}

/// What a job of kind `prune` does: the retention of a backup job, or of all that have one.
package struct PruneJob: Sendable, Equatable {
    /// Default: every backup job with a retention.
    package var of: [String] = []
    /// What a killed run has left is swept when its heartbeat is older than this. Default: 24 h.
    package var abandonedAfter: Duration = .seconds(86_400)

    package init() {}
}
