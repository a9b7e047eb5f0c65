import JobModel
import TestSupport

@testable import Daemon
@testable import Operations

/// Boards to draw, count and tell of.
enum Boards {
    static let now = CivilTime.example(7_200)

    /// Nothing in it.
    static var empty: StatusBoard {
        StatusBoard(now: now, version: "1.2.3", host: "db1", startedAt: .example(0))
    }

    /// A backup job that is proven, the job that proves it, a database and a store that answer.
    static var well: StatusBoard {
        var board = empty
        board.concurrency = 2
        var nightly = JobStatus(name: "nightly", kind: "backup")
        nightly.database = "shop"
        nightly.schedule = "every 600 s"
        nightly.next = [.example(7_800), .example(8_400)]
        nightly.recent = (0..<5).map { run("nightly", at: 6_600 - $0 * 600, .succeeded) }
        nightly.lastSuccess = nightly.recent.first
        var proven = backup("20261121T034000Z-aaaaaa", at: 6_000)
        proven.proof = BackupSummary.Proof(
            verifiedAt: .example(6_300), restoreSeconds: 42.5, totalSeconds: 60, serverVersion: "15.8",
            checks: [.passed(.rows, expected: "12 rows", found: "12 rows"), .skipped(.globals, because: "none")])
        nightly.backups = [backup("20261121T035000Z-bbbbbb", at: 6_600), proven]
        nightly.timeBudgetInSeconds = 600
        var prove = JobStatus(name: "prove", kind: "verify")
        prove.provenJob = "nightly"
        prove.recent = [run("prove", "verify", at: 6_300, .succeeded)]
        board.jobs = [nightly, prove]
        var store = StoreStatus(name: "local", url: "file:///backups")
        (store.isUp, store.backups, store.bytes) = (true, 2, 2_000)
        board.stores = [store]
        var database = DatabaseStatus(name: "shop")
        (database.isUp, database.latencyInSeconds) = (true, 0.004)
        board.databases = [database]
        for run in nightly.recent { board.tally.add(run) }
        return board
    }

    /// With every name a piece of HTML, and of a label of Prometheus.
    static var hostile: StatusBoard {
        var board = well
        let text = "<script>alert(\"1\")</script>\\\n'&"
        board.host = text
        board.jobs[0].name = text
        board.jobs[0].database = text
        board.jobs[0].schedule = text
        board.jobs[0].recent[0].outcome = .failed
        board.jobs[0].recent[0].message = text
        board.jobs[0].running = [RunningRun(run: board.jobs[0].recent[0], progress: LiveProgress.State())]
        board.jobs[0].findings = [
            Finding(
                .unusedIndex, object: text, severity: .critical, confidence: .certain, summary: text, evidence: [:],
                remedy: Remedy([text], advice: text, lock: text, risk: text), caveat: text)
        ]
        board.jobs[0].findingsAt = now
        board.stores[0].trouble = text
        board.stores[0].isUp = false
        board.stores[0].url = text
        board.databases[0].name = text
        board.jobFileRefusal = text
        board.clockTrouble = text
        return board
    }

    static func run(
        _ job: String, _ kind: String = "backup", at seconds: Int, _ outcome: RunOutcome?
    ) -> Run {
        var generator = SystemRandomNumberGenerator()
        let isStarted = outcome != .missed && outcome != .skipped
        return Run(
            id: RunID(using: &generator), job: job, kind: kind, trigger: .schedule, scheduledAt: .example(seconds),
            outcome: outcome, startedAt: isStarted ? .example(seconds + 2) : nil,
            endedAt: isStarted && outcome != nil ? .example(seconds + 32) : nil, host: "db1")
    }

    static func backup(_ id: String, at seconds: Int) -> BackupSummary {
        BackupSummary(
            id: BackupID(id)!, job: "nightly", database: "shop",
            store: "local", url: "file:///backups/nightly/\(id)", startedAt: .example(seconds),
            finishedAt: .example(seconds + 30), snapshotAt: .example(seconds + 1), bytesRaw: 5_000, bytesStored: 1_000,
            tables: 3, rows: 12, serverVersion: "15.8")
    }
}
