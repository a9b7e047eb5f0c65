import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// Which backups a verification of several databases chooses.
@Suite struct DatabasesVerifyWorkTests {
    private func bench(_ store: any ObjectStore, _ database: String) -> RetentionBench {
        RetentionBench(store: store, job: BackupSeries(job: "nightly", database: database).text)
    }

    private func put(_ days: Int..., of database: String, in store: any ObjectStore) async throws {
        for day in days {
            let bench = bench(store, database)
            try await bench.put(day) { $0.database = ServerText(database) }
        }
    }

    /// The databases and days that would be proven, in order.
    private func chosen(
        _ store: any ObjectStore, memory: any JobMemory = NoJobMemory(), databases: DatabaseSelection = .all,
        _ change: (inout VerifyJob) -> Void = { _ in }
    ) async throws -> [String] {
        var verify = VerifyJob(of: "nightly")
        change(&verify)
        var backup = BackupJob(database: "server", stores: ["local"])
        backup.databases = databases
        var configuration = Configuration()
        configuration.databases = [DatabaseTarget(name: "server", url: "host=/nowhere")]
        configuration.jobs = [Job(name: "nightly", kind: .backup(backup))]
        configuration.stores = [StoreTarget(name: "local", location: store.location)]
        let work = VerifyWork(
            name: "prove", job: verify, configuration: configuration,
            targets: TargetOpener(secrets: SecretReader(environment: [:]), stores: StoreOpener(environment: [:])),
            memory: memory, context: RetentionBench(store: store).context())
        return try await work.previews().map { "\($0.database) \($0.backup.prefix(8).suffix(2))" }
    }

    @Test func `takes the newest of each database`() async throws {
        try await PruneStore.directory.with { store, _ in
            try await put(1, 3, of: "a", in: store)
            try await put(2, of: "B", in: store)
            try await put(9, of: "x", in: store)
            try await RetentionBench(store: store, job: "nightly").put(20)
            #expect(
                try await chosen(store) { $0.databases = DatabaseSelection(["*"], excluding: ["x"]) } == [
                    "B 02", "a 03",
                ])
            #expect(try await chosen(store, databases: DatabaseSelection(["a"])) == ["a 03"])
        }
    }

    @Test func `leaves out what is proven as long as there is other work`() async throws {
        try await PruneStore.directory.with { store, _ in
            try await put(1, of: "dropped", in: store)
            try await bench(store, "dropped").prove(1)
            try await put(2, of: "a", in: store)
            #expect(try await chosen(store) == ["a 02"])
            try await bench(store, "a").prove(2)
            #expect(try await chosen(store) == ["a 02", "dropped 01"])
            // A proof that failed is none.
            try await put(3, of: "a", in: store)
            try await bench(store, "a").prove(3, .failed)
            #expect(try await chosen(store) == ["a 03"])
        }
    }

    @Test func `takes no more than it may, those first whose turn was longest ago`() async throws {
        try await PruneStore.directory.with { store, _ in
            for name in ["a", "b", "c"] { try await put(1, of: name, in: store) }
            #expect(try await chosen(store) { $0.mostDatabases = 2 } == ["a 01", "b 01"])
            let memory = RememberingMemory()
            await memory.remember("{\"nightly=a\": 10, \"nightly=b\": 5}", as: "turns of prove")
            #expect(try await chosen(store, memory: memory) { $0.mostDatabases = 2 } == ["c 01", "b 01"])
        }
    }

    @Test func `says that there is nothing to prove`() async throws {
        try await PruneStore.directory.with { store, _ in
            try await RetentionBench(store: store, job: "nightly").put(1)
            await #expect(throws: JobError.self) { _ = try await chosen(store) }
        }
    }
}
