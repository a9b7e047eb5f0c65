import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupFreshnessTests {
    private struct StoreIsDown: Error {}

    private let ledger = MemoryLedger()
    private let asked = Journal<String>()

    private func freshness(
        stored: @escaping @Sendable () throws -> BackupFreshness.Stored = {
            BackupFreshness.Stored(newestGood: nil, newestVerified: nil)
        }
    ) -> BackupFreshness {
        let ledger = ledger
        let asked = asked
        let diary = RunDiary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { ledger }
        return BackupFreshness(diary: diary) { job in
            asked.add(job.name)
            return try stored()
        }
    }

    private func configuration(requiresVerified: Bool = false) -> Configuration {
        var backup = BackupJob(database: "shop", stores: ["local"])
        backup.requiresVerified = requiresVerified
        var job = Job(name: "nightly", kind: .backup(backup))
        job.alertAfter = .seconds(86_400)
        var unwatched = job
        (unwatched.name, unwatched.alertAfter) = ("hourly", nil)
        var configuration = Configuration()
        configuration.jobs = [job, unwatched, Job(name: "prove", kind: .verify(VerifyJob(of: "nightly")))]
        return configuration
    }

    private func add(_ runs: Run...) async throws {
        _ = try await ledger.claim(runs)
        for run in runs { try await ledger.update(run) }
    }

    @Test func `takes the newest good run, wholly or in part, from the history`() async throws {
        try await add(
            .example(due: 0, outcome: .succeeded), .example(due: 100, outcome: .partial),
            .example(due: 200, outcome: .failed))
        let facts = await freshness().facts(for: configuration(), now: .example(1_000))
        #expect(facts.map(\.job.name) == ["nightly"])
        #expect(facts.first?.newestGood == .example(100))
        #expect(asked.all.isEmpty)
    }

    @Test func `knows the proofs of jobs whose proving job has a limit`() async throws {
        var proof = Run.example(job: "prove", due: 700, outcome: .succeeded)
        proof.report = "{\"backup\":\"20261121T020000Z-aaaaaa\"}"
        try await add(.example(job: "hourly", due: 100, outcome: .succeeded), proof)
        var configuration = configuration()
        configuration.jobs = [
            configuration.jobs[1], Job(name: "prove", kind: .verify(VerifyJob(of: "hourly"))),
            Job(name: "slow", kind: .verify(VerifyJob(of: "hourly"))),
        ]
        #expect(await freshness().facts(for: configuration, now: .example(1_000)).isEmpty)
        configuration.jobs[1].alertAfter = .seconds(86_400)
        configuration.jobs[2].alertAfter = .seconds(864_000)
        let facts = try #require(await freshness().facts(for: configuration, now: .example(1_000)).first)
        #expect(facts.prover?.name == "prove")
        #expect(facts.newestVerified == .example(0))
    }

    @Test func `asks the store where the history knows of no backup, and not each minute`() async throws {
        let freshness = freshness { .init(newestGood: .example(-100_000), newestVerified: nil) }
        for second in stride(from: 0, to: 3_600, by: 60) {
            let facts = await freshness.facts(for: configuration(), now: .example(second))
            #expect(facts.first?.newestGood == .example(-100_000))
        }
        #expect(asked.all.count == 1)
        _ = await freshness.facts(for: configuration(), now: .example(3_600))
        #expect(asked.all.count == 2)
    }

    @Test func `asks nobody while backups are young enough by what is known, and then again`() async throws {
        let freshness = freshness { .init(newestGood: .example(-500), newestVerified: nil) }
        for hour in 0..<23 { _ = await freshness.facts(for: configuration(), now: .example(3_600 * hour)) }
        #expect(asked.all.count == 1)
        try await add(.example(due: 80_000, outcome: .succeeded))
        #expect(await freshness.facts(for: configuration(), now: .example(85_000)).first?.newestGood == .example(-500))
        #expect(
            await freshness.facts(for: configuration(), now: .example(86_401)).first?.newestGood == .example(80_000))
    }

    @Test func `asks a store that is down again at the next time`() async throws {
        let freshness = freshness { throw StoreIsDown() }
        for second in [0, 60] { _ = await freshness.facts(for: configuration(), now: .example(second)) }
        #expect(asked.all.count == 2)
    }

    @Test func `knows a job since its promise, or since it was first seen`() async throws {
        let freshness = freshness()
        var facts = await freshness.facts(for: configuration(), now: .example(500))
        #expect(facts.first?.knownSince == .example(500))
        facts = await freshness.facts(for: configuration(), now: .example(900))
        #expect(facts.first?.knownSince == .example(500))
        try await ledger.record([
            SchedulePromise(job: "nightly", schedule: "x", since: .example(-900), accountedThrough: .example(0))
        ])
        facts = await freshness.facts(for: configuration(), now: .example(900))
        #expect(facts.first?.knownSince == .example(-900))
    }

    @Test func `knows a job that only ever failed since its first run`() async throws {
        try await add(.example(due: 0, outcome: .failed), .example(due: 300, outcome: .failed))
        let facts = await freshness().facts(for: configuration(), now: .example(900))
        #expect(facts.first?.knownSince == .example(0))
    }

    @Test func `takes the newest proof by the backup's own instant`() async throws {
        try await add(.example(due: 0, outcome: .succeeded))
        for (due, backup) in [(10, "20261121T020000Z-aaaaaa"), (20, "20261120T020000Z-bbbbbb")] {
            var run = Run.example(job: "prove", due: due, outcome: .succeeded)
            run.report = #"{"backup":"\#(backup)"}"#
            try await add(run)
        }
        var failed = Run.example(job: "prove", due: 30, outcome: .failed)
        failed.report = #"{"backup":"20261122T020000Z-cccccc"}"#
        try await add(failed)
        let facts = await freshness().facts(for: configuration(requiresVerified: true), now: .example(900))
        #expect(facts.first?.newestVerified == .example(0))
    }

    @Test func `survives a history that does not answer`() async throws {
        ledger.fail(with: StoreIsDown())
        let facts = await freshness { .init(newestGood: .example(-5), newestVerified: nil) }
            .facts(for: configuration(), now: .example(900))
        #expect(facts.first?.newestGood == .example(-5))
        #expect(facts.first?.knownSince == .example(900))
    }
}
