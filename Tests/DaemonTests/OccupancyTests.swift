import JobModel
import Testing

@testable import Daemon

@Suite struct OccupancyTests {
    private let kinds: [JobKind] = [
        .backup(BackupJob(database: "shop", stores: ["local"])), .verify(VerifyJob(of: "a")),
    ]

    private func random(_ name: String, _ generator: inout some RandomNumberGenerator) -> ScheduledJob {
        var job = Job(name: name, kind: kinds.randomElement(using: &generator) ?? kinds[0])
        let conflicts: [JobConflict] = [.job("a"), .job("b"), .kind("backup"), .kind("verify")]
        job.conflicts = conflicts.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
        return ScheduledJob(
            job: job, in: Configuration(), schedule: nil,
            server: ["db:1", "db:2", nil].randomElement(using: &generator)!)
    }

    @Test(arguments: 0..<300)
    func `answers as if each run were looked at`(seed: Int) {
        var generator = SystemRandomNumberGenerator()
        let names = ["a", "b", "c"]
        let running = (0..<seed % 5).map { _ in random(names.randomElement(using: &generator)!, &generator) }
        let occupancy = Occupancy(running)
        let entry = random("a", &generator)
        let conflicts = running.contains { $0.job.excludes(entry.job) || entry.job.excludes($0.job) }
        #expect(occupancy.conflicts(with: entry) == conflicts, "\(entry.job) beside \(running.map(\.job))")
        #expect(occupancy.count == running.count)
        for name in names { #expect(occupancy.count(of: name) == running.count { $0.job.name == name }) }
        #expect(occupancy.count(onServer: "db:1") == running.count { $0.server == "db:1" })
    }
}
