import Foundation
import JobModel
import ObjectStorage
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct JobLockTests {
        private let store = StoreLocation.directory(path: "/backups")

        private func lock(
            _ bench: Workbench, job: String = "nightly", stores: [StoreLocation]? = nil,
            primary: ConnectionInfo? = nil, standby: ConnectionInfo? = nil
        ) -> JobLock {
            var lock = JobLock(
                job: job, stores: stores ?? [store], primary: primary ?? bench.database, standby: standby)
            lock.checkInterval = .milliseconds(20)
            return lock
        }

        @Test func `excludes a second run, and tells it who the first one is`() async throws {
            try await Workbench.with { bench in
                let first = bench.context()
                try await first.withJobLock(lock(bench)) {
                    let error = await #expect(throws: LockError.self) {
                        try await bench.context().withJobLock(lock(bench)) {}
                    }
                    #expect(error?.category == .tryLater)
                    let pid = try await bench.count(
                        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'dbops lock \(first.runID) bench'"
                    )
                    #expect(error?.message.contains("session \(pid) (\"dbops lock \(first.runID) bench\"") == true)
                    #expect(error?.message.contains("since 2") == true)
                }
            }
        }

        @Test func `is free again at once when the run has ended, failed or been cancelled`() async throws {
            struct Failure: Error {}
            try await Workbench.with { bench in
                let context = bench.context()
                for _ in 0..<5 { try await context.withJobLock(lock(bench)) {} }
                await #expect(throws: Failure.self) { try await context.withJobLock(lock(bench)) { throw Failure() } }
                let task = Task {
                    try await context.withJobLock(lock(bench)) {
                        withUnsafeCurrentTask { $0?.cancel() }
                        try await Task.sleep(for: .seconds(1_000))
                    }
                }
                await #expect(throws: CancellationError.self) { try await task.value }
                try await context.withJobLock(lock(bench)) {}
            }
        }

        @Test func `another job, or another store, is not excluded`() async throws {
            try await Workbench.with { bench in
                let context = bench.context()
                let elsewhere = [StoreLocation.directory(path: "/elsewhere")]
                try await context.withJobLock(lock(bench)) {
                    try await context.withJobLock(lock(bench, job: "hourly")) {}
                    try await context.withJobLock(lock(bench, stores: elsewhere)) {}
                    await #expect(throws: LockError.self) {
                        try await context.withJobLock(lock(bench, stores: elsewhere + [store])) {}
                    }
                    // A refused run keeps nothing of what it had taken before.
                    try await context.withJobLock(lock(bench, stores: elsewhere)) {}
                }
            }
        }

        @Test func `its key is the same for ever`() {
            let s3 = StoreLocation.s3(S3Location(bucket: "acme", prefix: "prod", endpoint: "http://a"))
            let other = StoreLocation.s3(S3Location(bucket: "acme", prefix: "prod", endpoint: "http://b"))
            #expect(JobLock.key(job: "nightly", store: s3) == JobLock.key(job: "nightly", store: other))
            #expect(JobLock.key(job: "nightly", store: store) == 2_841_618_641_028_470_751)
        }

        @Test func `a lost lock is taken again while the work goes on`() async throws {
            try await Workbench.with { bench in
                let context = bench.context()
                let count =
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                try await context.withJobLock(lock(bench)) {
                    let killed = try await bench.count(
                        """
                        SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                         WHERE application_name LIKE 'dbops lock \(context.runID)%'
                        """)
                    #expect(killed == 1)
                    try await waitUntil("the lock is not taken again") { try await bench.count(count) == 1 }
                    await #expect(throws: LockError.self) { try await context.withJobLock(lock(bench)) {} }
                }
                #expect(bench.reporter.warnings.count { $0.contains("the job's lock was lost") } == 1)
            }
        }

        @Test func `a lost lock that another has taken is a warning, said once`() async throws {
            try await Workbench.with { bench in
                let rival = try await bench.openSession()
                let key = JobLock.key(job: "nightly", store: store)
                try await bench.context().withJobLock(lock(bench)) {
                    let waiting = Task { try await rival.execute("SELECT pg_advisory_lock(\(key))") }
                    try await waitUntil("the rival does not wait") {
                        try await bench.count(
                            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
                            == 1
                    }
                    _ = try await bench.count(
                        """
                        SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                         WHERE application_name LIKE 'dbops lock %'
                        """)
                    try await waiting.value
                    try await waitUntil("nobody warns") { bench.reporter.warnings.count == 2 }
                    // Some more looks, which say no more.
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(bench.reporter.warnings.count == 2)
                #expect(bench.reporter.warnings.last?.contains("this run goes on beside it") == true)
                await rival.close()
            }
        }

        @Test(.enabled(if: PgBouncer.isInstalled, "PgBouncer is not installed"))
        func `refuses a pooler`() async throws {
            try await Workbench.with { bench in
                try await PgBouncer.with(bench.database, poolMode: "session", in: bench.folder) { pooled in
                    let error = await #expect(throws: PostgresError.self) {
                        try await bench.context().withJobLock(lock(bench, primary: pooled)) {}
                    }
                    #expect(error?.category == .configuration)
                }
            }
        }

        @Test func `a primary that is down fails the run where there is no standby`() async throws {
            try await Workbench.with { bench in
                let down = bench.database.with("host", "/nowhere")
                let error = await #expect(throws: PostgresError.self) {
                    try await bench.context().withJobLock(lock(bench, primary: down)) {}
                }
                #expect(error?.category == .unavailable)
            }
        }

        @Test func `the lock is the primary's, and the standby's only where the primary is down`() async throws {
            try await ScratchCluster.with { primary in
                try await Workbench.with(on: primary) { bench in
                    try await StandbyServer.with(of: primary, in: bench.folder) { server in
                        let standby = server.with(database: bench.database.database ?? "")
                        try await checkPrimaryWins(bench, standby)
                        try await checkStandbyServes(bench, standby)
                    }
                }
            }
        }

        private func checkPrimaryWins(_ bench: Workbench, _ standby: ConnectionInfo) async throws {
            try await bench.context().withJobLock(lock(bench, standby: standby)) {
                await #expect(throws: LockError.self) { try await bench.context().withJobLock(lock(bench)) {} }
                // A list of hosts whose first is the standby.
                let hosts = [standby, bench.database].map { $0.keywords["host"] ?? "" }.joined(separator: ",")
                let ports = [standby, bench.database].map { $0.keywords["port"] ?? "5432" }.joined(separator: ",")
                let list = bench.database.with("host", hosts).with("port", ports)
                await #expect(throws: LockError.self) {
                    try await bench.context().withJobLock(lock(bench, primary: list)) {}
                }
            }
            #expect(bench.reporter.warnings == [])
        }

        private func checkStandbyServes(_ bench: Workbench, _ standby: ConnectionInfo) async throws {
            let down = bench.database.with("host", "/nowhere")
            try await bench.context().withJobLock(lock(bench, primary: down, standby: standby)) {
                #expect(bench.reporter.warnings.count { $0.contains("the primary is down") } == 1)
                await #expect(throws: LockError.self) {
                    try await bench.context().withJobLock(lock(bench, primary: standby)) {}
                }
                #expect(bench.reporter.warnings.last?.contains("is a standby") == true)
            }
        }
    }
}
