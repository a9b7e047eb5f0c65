import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// The stores that retention is tried on. A radosgw is named by `DBOPS_TEST_S3`, `DBOPS_TEST_S3_BUCKET` and the keys.
enum PruneStore: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case directory
    case memory = "S3 in memory"
    case radosgw

    static var available: [PruneStore] { allCases.filter { $0 != .radosgw || variable("DBOPS_TEST_S3") != nil } }

    var testDescription: String { rawValue }

    /// An empty store; and what makes all that is in it older, which a real server cannot do.
    func with(_ body: (any ObjectStore, _ age: @escaping Ageing) async throws -> Void) async throws {
        switch self {
        case .directory:
            try await TestFolder.with { folder in
                let path = "\(folder.path)/store"
                try await body(DirectoryStore(path: path)) { try Self.ageFiles(in: path, by: $0) }
            }
        case .memory:
            let server = try MemoryS3(pageSize: 7)
            try await body(try MemoryS3Store.open(server)) { server.moveClock(by: $0) }
        case .radosgw:
            let location = S3Location(
                bucket: Self.variable("DBOPS_TEST_S3_BUCKET") ?? "dbops-test",
                prefix: "prune/\(UInt64.random(in: 0...UInt64.max))", endpoint: Self.variable("DBOPS_TEST_S3"),
                pathStyle: true)
            let store = try StoreOpener(
                environment: [
                    "AWS_ACCESS_KEY_ID": Self.variable("DBOPS_TEST_S3_ACCESS_KEY") ?? "",
                    "AWS_SECRET_ACCESS_KEY": Self.variable("DBOPS_TEST_S3_SECRET_KEY") ?? "",
                ]
            ).open(.s3(location))
            try await body(store) { _ in }
            try await store.delete(store.list(under: nil).map(\.key))
        }
    }

    typealias Ageing = @Sendable (TimeInterval) throws -> Void

    private static func ageFiles(in path: String, by seconds: TimeInterval) throws {
        for name in FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? [] {
            let file = "\(path)/\(name)"
            let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
            try FileManager.default.setAttributes(
                [.modificationDate: try #require(date) - seconds], ofItemAtPath: file)
        }
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Backups without a database: what retention sees of one.
struct RetentionBench: Sendable {
    let store: any ObjectStore
    var job = "shop"
    var clock = ManualClock(CivilTime(compactText: "20261121T120000Z")!)

    func context(reporter: any ProgressReporter = RecordingReporter()) -> OperationContext {
        var generator = SystemRandomNumberGenerator()
        return .forLocks(runID: RunID(using: &generator), clock: clock, reporter: reporter)
    }

    /// The name of a backup of a day of November 2026.
    func name(_ day: Int, _ suffix: String = "aaaaaa") -> BackupName {
        BackupName(job: job, id: BackupID("202611\(day < 10 ? "0" : "")\(day)T020000Z-\(suffix)")!)
    }

    func put(_ days: Int..., change: (inout Manifest) -> Void = { _ in }) async throws {
        for day in days { try await put(name(day), change) }
    }

    /// Writes a backup of 100 rows in three objects.
    func put(_ name: BackupName, _ change: (inout Manifest) -> Void = { _ in }) async throws {
        var manifest = Manifest.example
        manifest.backup = name.id
        manifest.job = name.job
        manifest.startedAt = name.id.startedAt
        manifest.totals.rows = 100
        manifest.totals.bytesRaw = 1_000
        manifest.objects = ["7.dat.gz", "RESTORE.md", "toc.dat"].map {
            Manifest.StoredObject(name: $0, size: 3, sha256: String(repeating: "0", count: 64))
        }
        change(&manifest)
        let folder = ObjectKey(name.folder)
        for object in manifest.objects { _ = try await store.write([1, 2, 3], to: folder.appending(object.name)) }
        _ = try await store.write(try manifest.encode(), to: folder.appending(Manifest.objectName))
    }

    func prove(_ day: Int, _ outcome: RunOutcome = .succeeded, at instant: String = "20261121T090000Z") async throws {
        let source = try await BackupSource.open(ObjectKey(name(day).folder), in: store)
        let report = VerificationReport(
            outcome: outcome, backup: source.manifest.backup.description, url: source.url,
            manifestSHA256: source.manifestSHA256, runID: "aaaaaaaaaaaa",
            verifiedAt: CivilTime(compactText: instant)!, checks: [], seconds: .init(), serverVersion: "15.20",
            scratchDatabase: nil, warnings: [])
        try await VerificationEvidence(of: source.folder, in: store).write(report)
    }

    func mark(_ day: Int, _ mark: BackupMark) async throws {
        try await BackupMarks(of: ObjectKey(name(day).folder), in: store)
            .set(mark, content: MarkAuthor(context: context()))
    }

    func request(_ change: (inout PruneRequest) -> Void = { _ in }) -> PruneRequest {
        var policy = RetentionPolicy()
        policy.last = 2
        var request = PruneRequest(job: job, policy: policy)
        change(&request)
        return request
    }

    func operation(
        _ stores: [any ObjectStore]? = nil, _ change: (inout PruneRequest) -> Void = { _ in }
    ) -> PruneOperation {
        PruneOperation(context: context(), request: request(change), stores: stores ?? [store])
    }

    @discardableResult
    func prune(_ change: (inout PruneRequest) -> Void = { _ in }) async throws -> PruneReport.Store {
        let report = try await operation(nil, change).execute()
        return try #require(report.stores.first)
    }

    /// The days of the backups that are listed.
    func days(_ other: (any ObjectStore)? = nil) async throws -> [Int] {
        try await BackupCatalog(store: other ?? store).list(job: job).backups.map {
            Int($0.name.id.description.prefix(8).suffix(2)) ?? 0
        }
    }

    func keys() async throws -> [String] { try await store.list(under: nil).map(\.key.description) }
}

extension [RetentionDecision] {
    func texts(_ name: String) -> [String] { first { $0.name.hasPrefix(name) }?.reasons.map(\.text) ?? [] }
}
