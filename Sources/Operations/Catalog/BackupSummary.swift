package import JobModel

/// What a status page tells of one backup in one store.
package struct BackupSummary: Sendable, Equatable {
    /// The newest proof of it.
    package struct Proof: Sendable, Equatable {
        package var verifiedAt: CivilTime
        /// What the restore itself took.
        package var restoreSeconds: Double
        package var totalSeconds: Double
        package var serverVersion: String
        package var checks: [VerificationCheck]

        package init(
            verifiedAt: CivilTime, restoreSeconds: Double, totalSeconds: Double, serverVersion: String,
            checks: [VerificationCheck]
        ) {
            self.verifiedAt = verifiedAt
            self.restoreSeconds = restoreSeconds
            self.totalSeconds = totalSeconds
            self.serverVersion = serverVersion
            self.checks = checks
        }
    }

    package var id: BackupID
    package var job: String
    package var database: String
    /// The store's name in the job file.
    package var store: String
    package var url: String
    package var startedAt: CivilTime
    package var finishedAt: CivilTime
    /// The instant that its rows show.
    package var snapshotAt: CivilTime
    package var bytesRaw: Int
    package var bytesStored: Int
    package var tables: Int
    package var rows: Int
    package var serverVersion: String
    /// Nil where nothing proves it.
    package var proof: Proof?
    package var isPinned = false
    package var isAccepted = false
    /// Why retention does not count it; nil where it does.
    package var keptApart: String?

    package init(
        id: BackupID, job: String, database: String, store: String, url: String, startedAt: CivilTime,
        finishedAt: CivilTime, snapshotAt: CivilTime, bytesRaw: Int, bytesStored: Int, tables: Int, rows: Int,
        serverVersion: String
    ) {
        self.id = id
        self.job = job
        self.database = database
        self.store = store
        self.url = url
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.snapshotAt = snapshotAt
        self.bytesRaw = bytesRaw
        self.bytesStored = bytesStored
        self.tables = tables
        self.rows = rows
        self.serverVersion = serverVersion
    }
}
