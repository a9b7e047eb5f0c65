import Archive
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// Small tables whose objects are committed while their worker reads the next.
    @Suite struct PendingCommitTests {
        private static let eightTables: ServerText = """
            DO $$BEGIN FOR i IN 1..8 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT 1 AS n', i); END LOOP; END$$
            """

        private struct StoreIsFull: Error {}

        private static func isRows(_ key: ObjectKey) -> Bool { key.description.hasSuffix(".dat.gz") }

        private static let oneWorker: BackupSettings = {
            var settings = BackupSettings()
            settings.workers = 1
            return settings
        }()

        @Test func `reads the next tables while four are being committed, and no more`() async throws {
            try await Workbench.with(Self.eightTables) { bench in
                let begun = Journal<Void>()
                let entered = Journal<Void>()
                let left = Journal<Void>()
                let underWay = Journal<Int>()
                var store = HookedStore(bench.store)
                store.willBegin = { if Self.isRows($0) { begun.add(()) } }
                store.willCommit = { key in
                    guard Self.isRows(key) else { return }
                    entered.add(())
                    underWay.add(entered.all.count - left.all.count)
                    try await waitUntil("tables wait for one another") {
                        begun.all.count >= 5 && entered.all.count >= 4
                    }
                    left.add(())
                }
                let backup = try await bench.backUp(store: store, settings: Self.oneWorker)
                #expect(underWay.all.max() == 4)
                #expect(backup.manifest.totals.rows == 8)
                #expect(try await bench.verify(backup, store: store).failures == [:])
            }
        }

        @Test func `discards what is being committed where one of them fails`() async throws {
            try await Workbench.with(Self.eightTables) { bench in
                let entered = Journal<ObjectKey>()
                var store = HookedStore(bench.store)
                store.willCommit = { key in
                    guard Self.isRows(key) else { return }
                    entered.add(key)
                    try await waitUntil("no second table is committed") { entered.all.count >= 2 }
                    if entered.all[0] == key { throw StoreIsFull() }
                    // Until it is cancelled.
                    try await Task.sleep(for: .seconds(3_600))
                }
                await #expect(throws: StoreIsFull.self) {
                    try await bench.backUp(store: store, settings: Self.oneWorker)
                }
                let objects = try await bench.store.list(under: nil)
                #expect(objects.isEmpty)
                #expect(Set(entered.all).isSubset(of: store.discarded))
            }
        }
    }
}
