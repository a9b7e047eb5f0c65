import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

/// How old a job of several databases is: as old as the oldest of those that its last run saw.
@Suite struct DatabaseHistoriesTests {
    private let ledger = MemoryLedger()

    private func facts(now second: Int, proven: Bool = false) async throws -> StalenessWatch.Facts {
        let ledger = ledger
        let diary = RunDiary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { ledger }
        let freshness = BackupFreshness(diary: diary) { _ in
            BackupFreshness.Stored(newestGood: .example(-5), newestVerified: nil)
        }
        var backup = BackupJob(database: "server", stores: ["local"])
        backup.databases = .all
        backup.requiresVerified = proven
        var job = Job(name: "nightly", kind: .backup(backup))
        job.alertAfter = .seconds(86_400)
        var configuration = Configuration()
        configuration.jobs = [job]
        if proven {
            var verify = VerifyJob(of: "nightly")
            verify.databases = DatabaseSelection(["*"], excluding: ["unproven"])
            configuration.jobs.append(Job(name: "prove", kind: .verify(verify)))
        }
        return try #require(await freshness.facts(for: configuration, now: .example(second)).first)
    }

    /// A run with what it says of each database: `a+` succeeded, `a-` failed.
    private func add(_ second: Int, _ databases: String..., job: String = "nightly", backup: Int? = nil) async throws {
        let bad = databases.filter { $0.hasSuffix("-") }
        let outcome: RunOutcome = bad.isEmpty ? .succeeded : bad.count == databases.count ? .failed : .partial
        var run = Run.example(job: job, due: second, outcome: outcome)
        let entries = databases.map { text in
            let id = backup.map { ", \"backup\": \"\(CivilTime.example($0).compactText)-aaaaaa\"" } ?? ""
            let outcome = text.hasSuffix("-") ? "failed" : "succeeded"
            return "{\"database\": \"\(text.dropLast())\", \"outcome\": \"\(outcome)\"\(id)}"
        }
        run.report = "{\"databases\": [\(entries.joined(separator: ","))]}"
        _ = try await ledger.claim([run])
        try await ledger.update(run)
    }

    @Test func `is as old as the database that failed ever since, though other ones are made`() async throws {
        try await add(0, "a+", "b+")
        for second in 1...120 { try await add(second * 100, "a+", "b-") }
        #expect(try await facts(now: 13_000).newestGood == .example(0))
    }

    @Test func `takes the newest run where all went well`() async throws {
        try await add(0, "a+", "b-")
        try await add(100, "a+", "b+")
        #expect(try await facts(now: 200).newestGood == .example(100))
    }

    @Test func `a database that is gone makes nothing old`() async throws {
        try await add(0, "a+", "gone+")
        try await add(100, "a+", "gone-")
        try await add(200, "a+")
        #expect(try await facts(now: 300).newestGood == .example(200))
    }

    @Test func `a database that never succeeded counts from when it was first seen`() async throws {
        try await add(0, "a+")
        try await add(100, "a+", "new-")
        try await add(200, "a+", "new-")
        #expect(try await facts(now: 300).newestGood == .example(100))
    }

    @Test func `a run that reached no server says nothing of databases`() async throws {
        try await add(0, "a+")
        let run = Run.example(due: 100, outcome: .failed)
        _ = try await ledger.claim([run])
        try await ledger.update(run)
        #expect(try await facts(now: 300).newestGood == .example(0))
    }

    @Test func `without a history the store says that the job lives`() async throws {
        #expect(try await facts(now: 300).newestGood == .example(-5))
    }

    @Test func `proofs are those of each database that is proven`() async throws {
        try await add(0, "a+", "b+", "unproven+")
        try await add(500, "a+", "b+", job: "prove", backup: 0)
        try await add(1_000, "a+", "b+", "unproven+")
        try await add(1_500, "a+", "b-", job: "prove", backup: 1_000)
        #expect(try await facts(now: 2_000, proven: true).newestVerified == .example(0))
        try await add(1_600, "b+", job: "prove", backup: 1_000)
        #expect(try await facts(now: 2_000, proven: true).newestVerified == .example(1_000))
    }

    @Test func `one that was never proven counts from when it was first seen`() async throws {
        try await add(0, "a+")
        try await add(100, "a+", "b+")
        try await add(500, "a+", job: "prove", backup: 100)
        #expect(try await facts(now: 2_000, proven: true).newestVerified == .example(100))
        try await add(600, "a+", "b+")
        try await add(700, "a+", job: "prove", backup: 600)
        #expect(try await facts(now: 2_000, proven: true).newestVerified == .example(100))
    }
}
