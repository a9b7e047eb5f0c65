import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import ObjectStorage
@testable import Operations

/// Retention as a job makes it, of several jobs in several stores.
struct PruneWorkTests {
    private let server: MemoryS3
    private let folder: String

    init() throws {
        server = try MemoryS3()
        folder = "\(FileManager.default.temporaryDirectory.path)/prune-work-\(UInt64.random(in: 0...UInt64.max))"
    }

    private var s3: StoreLocation {
        .s3(S3Location(bucket: server.bucket, endpoint: server.endpoint, pathStyle: true))
    }

    private func directory(_ name: String) -> StoreLocation { .directory(path: "\(folder)/\(name)") }

    private func job(_ name: String, _ stores: String..., last: Int = 1) -> Job {
        var backup = BackupJob(database: "shop", stores: stores)
        var policy = RetentionPolicy()
        policy.last = last
        backup.retention = policy
        return Job(name: name, kind: .backup(backup))
    }

    private func work(
        _ jobs: [Job], _ stores: [String: StoreLocation], reporter: any ProgressReporter = RecordingReporter()
    ) -> PruneWork {
        var configuration = Configuration()
        configuration.jobs = jobs
        configuration.stores = stores.map { StoreTarget(name: $0, location: $1) }
        var generator = SystemRandomNumberGenerator()
        return PruneWork(
            job: PruneJob(), configuration: configuration,
            targets: TargetOpener(secrets: SecretReader(environment: [:]), stores: opener),
            zones: ZoneDatabase(),
            context: .forLocks(runID: RunID(using: &generator), clock: SystemWallClock(), reporter: reporter))
    }

    private var opener: StoreOpener {
        StoreOpener(environment: ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"])
    }

    /// Three backups of the last days.
    private func put(_ job: String, in location: StoreLocation) async throws {
        let bench = RetentionBench(store: try opener.open(location), job: job)
        for days in 1...3 {
            let instant = CivilTime(secondsSinceEpoch: CivilTime(Date()).secondsSinceEpoch - days * 86_400)
            let id = try #require(BackupID("\(instant.compactText)-aaaaaa"))
            try await bench.put(BackupName(job: job, id: id))
        }
    }

    private func count(_ job: String, in location: StoreLocation) async throws -> Int {
        try await BackupCatalog(store: try opener.open(location)).list(job: job).backups.count
    }

    @Test func `a store that cannot be opened holds up neither other stores nor later jobs`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = directory("good")
        for job in ["first", "second"] { try await put(job, in: good) }
        let broken = StoreLocation.s3(S3Location(bucket: "b", endpoint: "not an address", pathStyle: true))
        let reporter = RecordingReporter()
        let result = try await work(
            [job("first", "broken", "good"), job("second", "good")], ["good": good, "broken": broken],
            reporter: reporter
        ).run()
        #expect(result.outcome == .partial)
        #expect(try await count("first", in: good) == 1)
        #expect(try await count("second", in: good) == 1)
        #expect(result.message?.hasPrefix("first in s3://b: ") == true, "\(result)")
        #expect(!reporter.warnings.contains { $0.contains("s3://b") }, "the run's message says it, once")
    }

    @Test func `a store whose clock differs is left alone, and named; the others are not`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = directory("good")
        for location in [good, s3] { try await put("first", in: location) }
        try await put("second", in: good)
        server.moveClock(by: 7_200)
        let result = try await work(
            [job("first", "odd", "good"), job("second", "good")], ["good": good, "odd": s3]
        ).run()
        #expect(result.outcome == .partial)
        #expect(result.message?.contains("first in s3://\(server.bucket): this host says") == true, "\(result)")
        #expect(try await count("first", in: s3) == 3)
        #expect(try await count("first", in: good) == 1)
        #expect(try await count("second", in: good) == 1)
    }

    @Test func `a store that does not answer is named beside those that were done`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = directory("good")
        try await put("first", in: good)
        let result = try await work(
            [job("first", "gone", "good")], ["good": good, "gone": directory("gone")]
        ).run()
        #expect(result.outcome == .partial)
        #expect(result.message?.contains("first in file://\(folder)/gone: ") == true, "\(result)")
        #expect(result.message?.contains("good") == false)
        #expect(try await count("first", in: good) == 1)
    }

    @Test func `a job whose rules would keep nothing is named, and later jobs are done`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = directory("good")
        for job in ["first", "second"] { try await put(job, in: good) }
        let result = try await work([job("first", "good", last: 0), job("second", "good")], ["good": good]).run()
        #expect(result.outcome == .partial)
        #expect(result.message?.hasPrefix("first in file://") == true, "\(result)")
        #expect(try await count("first", in: good) == 3)
        #expect(try await count("second", in: good) == 1)
    }

    @Test func `a preview goes through the same jobs and stores`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = directory("good")
        for job in ["first", "second"] { try await put(job, in: good) }
        let previews = try await work(
            [job("first", "gone", "good"), job("second", "good")], ["good": good, "gone": directory("gone")]
        ).preview()
        #expect(previews.flatMap(\.stores).map { $0.failure == nil } == [false, true, true])
        #expect(previews.flatMap(\.stores).map { $0.plan?.deletionCount } == [nil, 2, 2])
    }
}
