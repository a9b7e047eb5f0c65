import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// Databases of one job are never counted as one series.
@Suite struct SeriesRetentionTests {
    private static let names = ["shop", "Shop", "shop/x", "shop=x", "nightly", ".", "é", "e\u{301}", "a%2Fb", "\n"]

    private func bench(_ store: any ObjectStore, _ job: String, _ database: String) -> RetentionBench {
        RetentionBench(store: store, job: BackupSeries(job: job, database: database).text)
    }

    /// Days are counted from one that lies forty days back.
    private static let firstDay = CivilTime(Date()).secondsSinceEpoch - 40 * 86_400

    private func put(_ day: Int, of database: String, _ bench: RetentionBench) async throws {
        let instant = CivilTime(secondsSinceEpoch: Self.firstDay + day * 86_400)
        let id = try #require(BackupID("\(instant.compactText)-aaaaaa"))
        try await bench.put(BackupName(job: bench.job, id: id)) { $0.database = ServerText(database) }
    }

    private func days(_ bench: RetentionBench) async throws -> [Int] {
        try await BackupCatalog(store: bench.store).list(job: bench.job).backups
            .map { ($0.name.id.startedAt.secondsSinceEpoch - Self.firstDay) / 86_400 }
    }

    private func work(_ store: any ObjectStore, last: Int, databases: DatabaseSelection? = .all) -> PruneWork {
        var backup = BackupJob(database: "server", stores: ["local"])
        backup.databases = databases
        var policy = RetentionPolicy()
        policy.last = last
        backup.retention = policy
        var configuration = Configuration()
        configuration.jobs = [Job(name: "nightly", kind: .backup(backup))]
        configuration.stores = [StoreTarget(name: "local", location: store.location)]
        var generator = SystemRandomNumberGenerator()
        return PruneWork(
            job: PruneJob(), configuration: configuration,
            targets: TargetOpener(
                secrets: SecretReader(environment: [:]), stores: StoreOpener(environment: [:])),
            zones: ZoneDatabase(),
            context: .forLocks(runID: RunID(using: &generator), clock: SystemWallClock()))
    }

    @Test func `of each database as many stay as the rules say, whatever the others have`() async throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10 {
            let last = Int.random(in: 1...3, using: &generator)
            try await PruneStore.directory.with { store, _ in
                var days: [String: [Int]] = [:]
                for name in Self.names where Bool.random(using: &generator) {
                    // Keys that look alike are one to Swift.
                    let key = BackupSeries(job: "nightly", database: name).folder
                    days[key] = (1...20).filter { _ in Int.random(in: 0...3, using: &generator) == 0 }
                    for day in days[key] ?? [] { try await put(day, of: name, bench(store, "nightly", name)) }
                }
                // Another job, and a database without a job, of the same names.
                try await put(1, of: "shop", bench(store, "weekly", "shop"))
                let jobless = RetentionBench(store: store, job: BackupSeries(withoutJob: "nightly/shop").text)
                for day in 1...5 { try await put(day, of: "nightly/shop", jobless) }
                let result = try await work(store, last: last).run()
                #expect(result.outcome == .succeeded, "\(result)")
                for name in Self.names {
                    let bench = bench(store, "nightly", name)
                    let expected = (days[BackupSeries(bench.job).folder] ?? []).suffix(last)
                    #expect(try await self.days(bench) == Array(expected), "\(name)")
                }
                #expect(try await self.days(bench(store, "weekly", "shop")) == [1])
                #expect(try await self.days(jobless) == [1, 2, 3, 4, 5])
            }
        }
    }

    @Test func `a backup in the folder of another database is none of that one's, and stays`() async throws {
        try await PruneStore.directory.with { store, _ in
            let shop = bench(store, "nightly", "shop")
            for day in 1...3 { try await shop.put(day) { $0.database = "shop" } }
            // As on a disk that takes Shop and shop for one name, and as of a copy that was misplaced.
            try await shop.put(4) { $0.database = "Shop" }
            try await shop.put(5) { manifest in
                manifest.job = "nightly/Shop"
                manifest.database = "Shop"
            }
            let report = try await shop.prune { $0.policy.last = 1 }
            #expect(report.deleted.map(\.id) == [shop.name(1).id, shop.name(2).id])
            #expect(try await shop.days() == [3, 4, 5])
            #expect(report.decisions.texts("20261104").first?.contains("Shop") == true)
        }
    }

    @Test func `a job of one database leaves those of several alone, and the other way round`() async throws {
        try await PruneStore.directory.with { store, _ in
            let (own, shop) = (RetentionBench(store: store, job: "nightly"), bench(store, "nightly", "shop"))
            for day in 1...3 {
                try await put(day, of: "shop", own)
                try await put(day, of: "shop", shop)
            }
            _ = try await work(store, last: 1, databases: nil).run()
            #expect(try await days(own) == [3])
            #expect(try await days(shop) == [1, 2, 3])
            _ = try await work(store, last: 1).run()
            #expect(try await days(shop) == [3])
        }
    }

    @Test func `a new backup is weighed against those of its own database`() async throws {
        try await PruneStore.directory.with { store, _ in
            let (large, small) = (bench(store, "nightly", "large"), bench(store, "nightly", "small"))
            for day in 1...5 {
                try await large.put(day) { manifest in
                    manifest.database = "large"
                    (manifest.totals.rows, manifest.totals.bytesRaw) = (1_000_000, 100_000_000)
                }
                try await small.put(day) { $0.database = "small" }
            }
            for bench in [large, small] {
                let scales = BackupScales(store: store, job: bench.job, shrinkLimit: 0.5, clock: bench.clock)
                #expect(try await scales.weigh(bench.name(5).id) == nil)
            }
        }
    }
}
