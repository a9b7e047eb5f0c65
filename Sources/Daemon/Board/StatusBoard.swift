package import JobModel
package import Operations

/// All that the daemon shows, at one moment: metrics, JSON and the page are pure functions of it.
package struct StatusBoard: Sendable {
    package var now: CivilTime
    package var version: String
    package var host: String
    package var startedAt: CivilTime
    package var isReadOnly = false
    package var isStarting = false
    package var isDraining = false
    /// Why nothing is started: a clock that cannot be right.
    package var clockTrouble: String?
    /// Why the history cannot be used at present.
    package var historyTrouble: String?
    /// Why the newest job file was refused.
    package var jobFileRefusal: String?
    /// Runs at the same time, and how many are alive.
    package var concurrency = 0
    /// In the order of the job file, as are the others.
    package var jobs: [JobStatus] = []
    package var stores: [StoreStatus] = []
    package var databases: [DatabaseStatus] = []
    package var tally = RunTally()
    package var process = ProcessUse()

    package init(now: CivilTime, version: String, host: String, startedAt: CivilTime) {
        self.now = now
        self.version = version
        self.host = host
        self.startedAt = startedAt
    }
}

/// One job.
package struct JobStatus: Sendable {
    package var name: String
    package var kind: String
    /// The database's name in the job file; nil for what works on backups.
    package var database: String?
    /// The job whose backups a verify job proves.
    package var provenJob: String?
    /// The schedule's own words, or `after other`; nil for a job that is run by hand.
    package var schedule: String?
    package var isPausedByFile = false
    /// Paused by an order.
    package var isHeld = false
    /// The coming firings, soonest first.
    package var next: [CivilTime] = []
    package var running: [RunningRun] = []
    package var waitsFor: RunReason?
    /// Newest first, without those that are alive.
    package var recent: [Run] = []
    /// The newest that succeeded; older than all of ``recent`` at times.
    package var lastSuccess: Run?
    /// Of all stores, newest first; nil where no store was read yet.
    package var backups: [BackupSummary]?
    /// How long a restore may take, by the job that proves this one.
    package var timeBudgetInSeconds: Int?
    /// What the newest run of an advise job found, worst first.
    package var findings: [Finding] = []
    /// When that run was.
    package var findingsAt: CivilTime?

    package init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }

    package var isPaused: Bool { isPausedByFile || isHeld }

    /// The newest that was started and has ended; one that found its lock held did not get that far.
    package var lastEnded: Run? {
        recent.first { $0.startedAt != nil && $0.outcome != nil && $0.outcome != .skipped }
    }

    /// Whether the last run that ended was no success; false where none has.
    package var isFailing: Bool { lastEnded.map { $0.outcome != .succeeded } ?? false }

    /// Of its copies the one that is proven, where one is: all hold the same bytes.
    package var newestBackup: BackupSummary? {
        guard let first = backups?.first else { return nil }
        return backups?.first { $0.id == first.id && $0.proof != nil } ?? first
    }

    /// The newest backup with a proof that stands, whatever its store.
    package var newestProven: BackupSummary? { backups?.first { $0.proof != nil } }

    /// By the newest proof that was made, which may be of an older backup.
    package var newestProof: BackupSummary.Proof? {
        backups?.compactMap(\.proof).max { $0.verifiedAt < $1.verifiedAt }
    }
}

/// A run that is alive.
package struct RunningRun: Sendable {
    package var run: Run
    /// Nil where it is another daemon's.
    package var progress: LiveProgress.State?

    package init(run: Run, progress: LiveProgress.State?) {
        self.run = run
        self.progress = progress
    }
}

/// One store, as it was when it was last read.
package struct StoreStatus: Sendable {
    package var name: String
    package var url: String
    /// Nil where it was not asked yet.
    package var isUp: Bool?
    package var trouble: String?
    /// Nil where it was not read yet.
    package var backups: Int?
    package var bytes: Int?
    package var unreadable = 0

    package init(name: String, url: String) {
        self.name = name
        self.url = url
    }
}

/// One database, as it was when it was last asked.
package struct DatabaseStatus: Sendable {
    package var name: String
    /// Nil where it was not asked yet.
    package var isUp: Bool?
    package var trouble: String?
    /// From the first byte to the answer, connecting included.
    package var latencyInSeconds: Double?
    package var health: HealthValues?

    package init(name: String) {
        self.name = name
    }
}
