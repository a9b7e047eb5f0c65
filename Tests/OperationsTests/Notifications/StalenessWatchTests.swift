import JobModel
import TestSupport
import Testing

@testable import Operations

@Suite struct StalenessWatchTests {
    private typealias Facts = StalenessWatch.Facts
    private static let hour = 3_600

    private func job(requiresVerified: Bool = false) -> Job {
        var backup = BackupJob(database: "shop", stores: ["local"])
        backup.requiresVerified = requiresVerified
        var job = Job(name: "nightly", kind: .backup(backup))
        job.alertAfter = .seconds(26 * Self.hour)
        return job
    }

    private func facts(good: Int?, verified: Int? = nil, requiresVerified: Bool = false, since: Int = 0) -> Facts {
        Facts(
            job: job(requiresVerified: requiresVerified), newestGood: good.map { .example($0) },
            newestVerified: verified.map { .example($0) }, knownSince: .example(since))
    }

    /// What is told at each of these seconds.
    private func told(_ facts: Facts, at instants: [Int]) -> [String] {
        var watch = StalenessWatch()
        return instants.flatMap { instant in
            watch.look(at: [facts], now: .example(instant)).map {
                "\($0.event.rawValue) \($0.staleness.concern.rawValue) \(instant)"
            }
        }
    }

    @Test func `is silent up to the limit, and tells just behind it`() {
        #expect(told(facts(good: 0), at: [0, 93_600]) == [])
        #expect(told(facts(good: 0), at: [93_601]) == ["stale backup 93601"])
    }

    @Test func `proofs have the limit of the job that makes them, where it has one`() {
        var weekly = Job(name: "prove", kind: .verify(VerifyJob(of: "nightly")))
        weekly.alertAfter = .seconds(9 * 86_400)
        weekly.notify = ["testers"]
        for isRequired in [true, false] {
            var facts = facts(good: 9 * 86_400, verified: 0, requiresVerified: isRequired)
            facts.prover = weekly
            facts.job.notify = ["ops"]
            #expect(told(facts, at: [9 * 86_400]) == [])
            #expect(told(facts, at: [9 * 86_400 + 1]) == ["stale verification 777601"])
            var watch = StalenessWatch()
            let finding = watch.look(at: [facts], now: .example(9 * 86_400 + 1)).first
            #expect(finding?.job.name == "nightly")
            #expect(finding?.job.notify == ["ops", "testers"])
        }
    }

    @Test func `tells once, and again every day`() {
        let instants = stride(from: 93_601, through: 93_601 + 2 * 86_400, by: 60).map { $0 }
        #expect(
            told(facts(good: 0), at: instants) == [
                "stale backup 93601", "stale backup 180001", "stale backup 266401",
            ])
    }

    @Test func `counts from when the job was first known where there never was a backup`() {
        #expect(told(facts(good: nil, since: 1_000), at: [94_600, 94_601]) == ["stale backup 94601"])
    }

    @Test func `tells that it is over, once`() {
        var watch = StalenessWatch()
        _ = watch.look(at: [facts(good: 0)], now: .example(100_000))
        let first = watch.look(at: [facts(good: 99_990)], now: .example(100_060))
        #expect(first.map(\.event) == [.recovered])
        #expect(first.first?.staleness.newestAt == .example(99_990))
        #expect(watch.look(at: [facts(good: 99_990)], now: .example(100_120)).isEmpty)
    }

    @Test func `tells of missing proof only where proof is required`() {
        let good = 100_000
        #expect(told(facts(good: good, verified: 0), at: [good]) == [])
        #expect(
            told(facts(good: good, verified: 0, requiresVerified: true), at: [good]) == ["stale verification 100000"])
    }

    @Test func `does not take a backup from the far future for a new one`() {
        let tomorrow = facts(good: 100_000 + 86_400)
        #expect(told(tomorrow, at: [100_000]) == [])
        #expect(told(facts(good: 100_000 + 86_401), at: [100_000]) == ["stale backup 100000"])
    }

    @Test func `says nothing twice when the clock goes back`() {
        #expect(told(facts(good: 0), at: [200_000, 150_000, 200_000]) == ["stale backup 200000"])
    }

    @Test func `forgets jobs that are gone`() {
        var watch = StalenessWatch()
        _ = watch.look(at: [facts(good: 0)], now: .example(100_000))
        _ = watch.look(at: [], now: .example(100_060))
        #expect(watch.look(at: [facts(good: 0)], now: .example(100_120)).map(\.event) == [.stale])
    }

    @Test func `leaves alone jobs that want no watch`() {
        var facts = facts(good: nil)
        facts.job.alertAfter = nil
        #expect(told(facts, at: [10_000_000]) == [])
    }
}
