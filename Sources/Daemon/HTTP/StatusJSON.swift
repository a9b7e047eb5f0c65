import JobModel
import Operations

/// The board as JSON: the same words, in the same snake case, as the command line's `--json`. Pure.
enum StatusJSON {
    struct Jobs: Encodable {
        let now: CivilTime
        let jobs: [Job]
    }

    struct Job: Encodable {
        let job: String
        let kind: String
        let database: String?
        /// The job whose backups it proves.
        let of: String?
        let schedule: String?
        let paused: Bool
        /// Whether an order has paused it, not the job file.
        let pausedByOrder: Bool
        let failing: Bool
        let next: CivilTime?
        let waitsFor: RunReason?
        let running: [Running]
        let lastRun: RunObject?
        let lastSuccess: RunObject?
        let backup: String?
        let backupSnapshotAt: CivilTime?
        let verifiedBackup: String?
        let verifiedBackupSnapshotAt: CivilTime?
        let verifiedAt: CivilTime?
        let restoreSeconds: Double?
        let timeBudgetSeconds: Int?

        init(_ status: JobStatus) {
            job = status.name
            kind = status.kind
            database = status.database
            of = status.provenJob
            schedule = status.schedule
            paused = status.isPaused
            pausedByOrder = status.isHeld
            failing = status.isFailing
            next = status.next.first
            waitsFor = status.waitsFor
            running = status.running.map(Running.init)
            lastRun = status.lastEnded.map(RunObject.init)
            lastSuccess = status.lastSuccess.map(RunObject.init)
            backup = status.newestBackup?.id.description
            backupSnapshotAt = status.newestBackup?.snapshotAt
            verifiedBackup = status.newestProven?.id.description
            verifiedBackupSnapshotAt = status.newestProven?.snapshotAt
            verifiedAt = status.newestProof?.verifiedAt
            restoreSeconds = status.newestProof?.restoreSeconds
            timeBudgetSeconds = status.timeBudgetInSeconds
        }
    }

    struct Running: Encodable {
        let run: RunID
        let startedAt: CivilTime?
        let trigger: RunTrigger
        let phase: String?
        let fraction: Double?
        let itemsDone: Int?
        let itemsExpected: Int?
        let bytesMoved: Int?
        let bytesExpected: Int?
        let warnings: Int?

        init(_ running: RunningRun) {
            run = running.run.id
            startedAt = running.run.startedAt
            trigger = running.run.trigger
            phase = running.progress?.phase
            fraction = running.progress?.fraction.map { ($0 * 1_000).rounded() / 1_000 }
            itemsDone = running.progress?.itemsDone
            itemsExpected = running.progress?.itemsExpected
            bytesMoved = running.progress?.bytesMoved
            bytesExpected = running.progress?.bytesExpected
            warnings = running.progress?.warnings
        }
    }

    struct Runs: Encodable {
        let runs: [RunObject]
    }

    struct Backups: Encodable {
        let backups: [Backup]
    }

    /// A key that has no value is there all the same, as null: as in `dbops list --json`.
    struct Backup: Encodable {
        let summary: BackupSummary

        private enum CodingKeys: String, CodingKey {
            case backup, job, database, store, url, startedAt, finishedAt, bytesRaw, bytesStored, tables, rows
            case serverVersion, verifiedAt, restoreSeconds, checks, pinned, accepted, keptApart
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(summary.id, forKey: .backup)
            try container.encode(summary.job, forKey: .job)
            try container.encode(summary.database, forKey: .database)
            try container.encode(summary.store, forKey: .store)
            try container.encode(summary.url, forKey: .url)
            try container.encode(summary.startedAt, forKey: .startedAt)
            try container.encode(summary.finishedAt, forKey: .finishedAt)
            try container.encode(summary.bytesRaw, forKey: .bytesRaw)
            try container.encode(summary.bytesStored, forKey: .bytesStored)
            try container.encode(summary.tables, forKey: .tables)
            try container.encode(summary.rows, forKey: .rows)
            try container.encode(summary.serverVersion, forKey: .serverVersion)
            try container.encode(summary.proof?.verifiedAt, forKey: .verifiedAt)
            try container.encode(summary.proof?.restoreSeconds, forKey: .restoreSeconds)
            try container.encode(summary.proof?.checks, forKey: .checks)
            try container.encode(summary.isPinned, forKey: .pinned)
            try container.encode(summary.isAccepted, forKey: .accepted)
            try container.encode(summary.keptApart, forKey: .keptApart)
        }
    }

    struct Next: Encodable {
        struct Job: Encodable {
            let job: String
            let schedule: String?
            let next: [CivilTime]
        }

        let next: [Job]

        init(_ board: StatusBoard) {
            next = board.jobs.map { Job(job: $0.name, schedule: $0.schedule, next: $0.next) }
        }
    }

    struct Findings: Encodable {
        struct Job: Encodable {
            let job: String
            let database: String?
            let foundAt: CivilTime?
            let findings: [Finding]
        }

        let jobs: [Job]

        init(_ board: StatusBoard) {
            jobs = board.jobs.filter { $0.kind == "advise" }.map {
                Job(job: $0.name, database: $0.database, foundAt: $0.findingsAt, findings: $0.findings)
            }
        }
    }

    struct Databases: Encodable {
        struct Database: Encodable {
            let database: String
            let up: Bool
            let reason: String?
            let latencySeconds: Double?
            let health: HealthValues?
        }

        let databases: [Database]

        init(_ board: StatusBoard, only name: String? = nil) {
            databases = board.databases.filter { name == nil || $0.name == name }.map {
                Database(
                    database: $0.name, up: $0.isUp == true,
                    reason: $0.isUp == nil ? "it was not asked yet" : $0.trouble,
                    latencySeconds: $0.latencyInSeconds.map { ($0 * 10_000).rounded() / 10_000 }, health: $0.health)
            }
        }
    }

    struct Stores: Encodable {
        struct Store: Encodable {
            let store: String
            let url: String
            let up: Bool?
            let reason: String?
            let backups: Int?
            let bytesStored: Int?
        }

        let stores: [Store]

        init(_ board: StatusBoard) {
            stores = board.stores.map {
                Store(
                    store: $0.name, url: $0.url, up: $0.isUp, reason: $0.trouble, backups: $0.backups,
                    bytesStored: $0.bytes)
            }
        }
    }
}
