import JobModel
import TestSupport
import Testing

@testable import Daemon

/// Random lives of a daemon: long runs, kills, clocks that jump, a history that fails. Whatever happens, every instant
/// that was promised has one record, and was started at most once.
@Suite struct LedgerInvariantTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        }
    }

    @Test(arguments: 1...60)
    func `every instant has one record through kills, jumps and long runs`(seed: Int) async throws {
        var random = Random(state: UInt64(seed))
        // Small portions: misses of many passes, and of lives that end between them.
        let bench = SchedulerBench(
            settings: Self.settings(&random), recordsAtOnce: Int.random(in: 1...4, using: &random))
        let jobs = try Self.jobs(&random)
        await bench.begin(jobs)
        for _ in 0..<150 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<4: await bench.restart(jobs)
            case 9: await bench.scheduler.reload(bench.settings, jobs)
            case 4..<6: bench.clock.advance(by: Double.random(in: 3_600...80_000, using: &random).rounded())
            case 6..<8: bench.clock.advance(by: -Double.random(in: 1...9_000, using: &random).rounded())
            case 8: bench.clock.advance(by: -Double.random(in: 11_000...40_000, using: &random).rounded())
            default: bench.clock.advance(by: Double.random(in: 1...900, using: &random).rounded())
            }
            await bench.pass()
            for id in bench.live.keys.sorted(by: { $0.description < $1.description })
            where Int.random(in: 0..<3, using: &random) == 0 {
                try await bench.end(id, [.succeeded, .failed, .partial].randomElement(using: &random) ?? .failed)
            }
        }
        try await Self.comeToRest(bench)
        for job in jobs { try await Self.expectWholeAccounts(of: job, bench) }
    }

    @Test(arguments: 1...30)
    func `a history that fails now and then loses no record while the daemon lives`(seed: Int) async throws {
        var random = Random(state: UInt64(seed + 1_000))
        let bench = SchedulerBench(
            settings: Self.settings(&random), recordsAtOnce: Int.random(in: 1...4, using: &random))
        let jobs = try Self.jobs(&random)
        await bench.begin(jobs)
        for _ in 0..<150 {
            let fails = Int.random(in: 0..<3, using: &random) == 0
            bench.ledger.fail(with: fails ? DiskFull() : nil)
            let sleeps = Int.random(in: 0..<25, using: &random) == 0
            await bench.pass(after: Int.random(in: 1...(sleeps ? 80_000 : 900), using: &random))
            bench.ledger.fail(with: nil)
            for id in bench.live.keys.sorted(by: { $0.description < $1.description })
            where Int.random(in: 0..<3, using: &random) == 0 {
                try await bench.end(id)
            }
        }
        try await Self.comeToRest(bench)
        for job in jobs { try await Self.expectWholeAccounts(of: job, bench) }
    }

    // MARK: - The world

    private static func settings(_ random: inout Random) -> DaemonSettings {
        var settings = DaemonSettings()
        settings.concurrency = Int.random(in: 1...3, using: &random)
        settings.concurrencyPerServer = Bool.random(using: &random) ? 1 : nil
        return settings
    }

    private static func jobs(_ random: inout Random) throws -> [ScheduledJob] {
        let zone = try ZoneDatabase().rules(named: "Europe/Berlin")
        let expressions = ["*/20 * * * *", "30 2 * * *", "7 */3 * * *", "0 0-23 * * *"]
        var jobs: [ScheduledJob] = []
        for (index, text) in expressions.enumerated() {
            var job = Job(name: "job-\(index)", kind: .backup(BackupJob(database: "shop", stores: ["local"])))
            job.trigger =
                Bool.random(using: &random)
                ? .cron(try CronExpression(parsing: text))
                : .every(seconds: Int.random(in: 300...4_000, using: &random))
            job.overlap = OverlapPolicy.allCases.randomElement(using: &random) ?? .skip
            job.misfire.catchUp = MisfirePolicy.CatchUp.allCases.randomElement(using: &random) ?? .one
            job.misfire.within = Bool.random(using: &random) ? .seconds(7_200) : nil
            job.spread = .seconds(Int.random(in: 0...300, using: &random))
            job.window = Bool.random(using: &random) ? .seconds(900) : nil
            job.isPaused = Int.random(in: 0..<8, using: &random) == 0
            if Bool.random(using: &random) { job.conflicts = [.kind("backup")] }
            let schedule = Schedule(job: job.name, trigger: job.trigger, zone: zone, spread: job.spread)
            jobs.append(ScheduledJob(job: job, in: Configuration(), schedule: schedule, server: "db:5432"))
        }
        return jobs
    }

    /// Time goes on past all that was seen, and every run ends.
    private static func comeToRest(_ bench: SchedulerBench) async throws {
        for _ in 0..<400 {
            bench.clock.advance(by: 600)
            await bench.pass()
            try await bench.endAll()
        }
        for _ in 0..<100 {
            await bench.pass()
            try await bench.endAll()
        }
    }

    private static func expectWholeAccounts(of entry: ScheduledJob, _ bench: SchedulerBench) async throws {
        let name = entry.job.name
        let promise = try #require(try await bench.ledger.promises().first { $0.job == name })
        let schedule = try #require(entry.schedule)
        let records = try await bench.runs(of: name)
        let promised = Array(schedule.firings(after: promise.since, through: promise.accountedThrough))
        let recorded = records.compactMap(\.scheduledAt)
        let missing = Set(promised).subtracting(recorded).sorted().map(\.text)
        let invented = Set(recorded).subtracting(promised).sorted().map(\.text)
        #expect(missing == [] && invented == [], "\(name): \(schedule.text), \(promise)")
        #expect(recorded.count == Set(recorded).count)
        #expect(records.allSatisfy { $0.outcome != nil })
        let started = bench.started[name] ?? []
        #expect(Set(started).count == started.count, "\(name) started an instant twice")
        let next = try #require(schedule.nextFiring(after: promise.accountedThrough))
        #expect(next > bench.now, "\(name) has no account of \(next.text)")
    }
}

private struct DiskFull: UserFacingError {
    var message: String { "the disk is full" }
    var hint: String? { nil }
    var category: FailureCategory { .cannotWrite }
}
