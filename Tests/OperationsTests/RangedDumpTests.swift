import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Tables that several workers copy at the same time.
    @Suite struct RangedDumpTests {
        /// Some 4 MB, with rows deleted and updated, and some with TOAST.
        private static let script: ServerText = """
            CREATE TABLE "lar ge" (n int PRIMARY KEY, t text, g int GENERATED ALWAYS AS (n + 1) STORED, gone int, u int);
            ALTER TABLE "lar ge" DROP COLUMN gone;
            INSERT INTO "lar ge" (n, t)
                SELECT n, CASE WHEN n % 50 = 0 THEN (SELECT string_agg(md5(n::text || i), '') FROM generate_series(1, 200) i)
                    ELSE repeat('x', n % 300) END
                FROM generate_series(1, 8000) n;
            DELETE FROM "lar ge" WHERE n BETWEEN 3000 AND 3900;
            UPDATE "lar ge" SET t = t || 'y' WHERE n % 7 = 0;
            CREATE TABLE child () INHERITS ("lar ge");
            INSERT INTO child (n, t) SELECT n, repeat('z', 400) FROM generate_series(1, 4000) n;
            CREATE TABLE small AS SELECT 1 AS n;
            """

        private func settings(_ change: (inout BackupSettings) -> Void = { _ in }) -> BackupSettings {
            var settings = BackupSettings()
            settings.workers = 3
            settings.rangeSizeInBytes = 200_000
            settings.chunkSizeInBytes = 50_000
            change(&settings)
            return settings
        }

        private func isRows(_ key: ObjectKey) -> Bool { key.description.hasSuffix(".dat.gz") }

        private func expectNoTrace(_ bench: Workbench) async throws {
            #expect(try await bench.store.list(under: nil).isEmpty)
        }

        @Test func `what several workers copy of a table is the table, row by row, and stock tools restore it`()
            async throws
        {
            try await Workbench.with(Self.script) { bench in
                let preview = try await bench.operation(settings: settings()).preview()
                let ranges = preview.tables.first { $0.name == "public.lar ge" }?.note
                #expect(ranges?.hasPrefix("in ") == true && ranges?.hasSuffix(" ranges") == true)
                let split = try await bench.backUp(settings: settings())
                let whole = try await bench.backUp(settings: settings { $0.splitsTables = false })
                func digests(_ backup: BackupReport) -> [String] {
                    backup.manifest.tables.map { "\($0.displayName) \($0.rows) \($0.bytesRaw) \($0.digest)" }
                }
                #expect(digests(split) == digests(whole))
                #expect(split.manifest.totals.rows == 8000 - 901 + 4000 + 1)
                #expect(try await bench.verify(split).failures == [:])
                #expect(
                    Set(bench.reporter.finishedItems) == ["public.lar ge", "public.child", "public.small"])
            }
        }

        @Test func `rows that are larger than a chunk stay in one piece, whoever else writes to the object`()
            async throws
        {
            let script: ServerText = """
                CREATE TABLE t (n int, x text);
                ALTER TABLE t ALTER x SET STORAGE EXTERNAL;
                INSERT INTO t SELECT n, CASE WHEN n % 10 = 0 THEN repeat(md5(n::text), 4000) ELSE md5(n::text) END
                    FROM generate_series(1, 400) n
                """
            try await Workbench.with(script) { bench in
                let settings = settings {
                    $0.chunkSizeInBytes = 10_000
                    $0.rangeSizeInBytes = 300_000
                }
                let preview = try await bench.operation(settings: settings).preview()
                #expect(preview.tables.first?.note?.hasSuffix(" ranges") == true)
                let split = try await bench.backUp(settings: settings)
                let whole = try await bench.backUp(settings: self.settings { $0.splitsTables = false })
                #expect(split.manifest.tables.map(\.digest) == whole.manifest.tables.map(\.digest))
                #expect(split.manifest.tables.map(\.rows) == [400])
                #expect(try await bench.verify(split).failures == [:])
            }
        }

        @Test func `rows that come while it copies are not in it`() async throws {
            try await Workbench.with(Self.script) { bench in
                let changes = Journal<Void>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key), changes.all.isEmpty else { return }
                    changes.add(())
                    try await bench.psql(
                        """
                        INSERT INTO "lar ge" (n, t) SELECT n, repeat('late', 50) FROM generate_series(8001, 12000) n;
                        UPDATE "lar ge" SET t = 'late' WHERE n % 3 = 0; DELETE FROM child WHERE n % 2 = 0
                        """)
                }
                let backup = try await bench.backUp(store: store, settings: settings())
                #expect(changes.all.count == 1)
                #expect(backup.manifest.totals.rows == 8000 - 901 + 4000 + 1)
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test func `copies a table in one piece while one of its indexes is being rebuilt`() async throws {
            try await Workbench.with(Self.script) { bench in
                let other = try await bench.openSession()
                // The lock on the index lasts as long as the transaction.
                try await other.execute("BEGIN; REINDEX INDEX \"lar ge_pkey\"")
                let backup = try await bench.backUp(settings: settings())
                let table = try #require(backup.manifest.tables.first { $0.name == "lar ge" })
                #expect(table.rows == 8000 - 901)
                await other.close()
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test func `leaves a table to the leader that an ALTER is queued for in the middle of it`() async throws {
            try await Workbench.with(Self.script) { bench in
                let (other, observer) = (try await bench.openSession(), try await bench.openSession())
                let alteration = Journal<Task<Void, any Error>>()
                var store = HookedStore(bench.store)
                store.willBegin = { [self] key in
                    guard isRows(key), alteration.all.isEmpty else { return }
                    alteration.add(
                        Task { try await other.execute("ALTER TABLE \"lar ge\" ADD COLUMN late int DEFAULT 7") })
                    try await bench.waitForWaiter(on: "\"lar ge\"", observer)
                }
                let backup = try await bench.backUp(
                    store: store, settings: settings { $0.leaderCheckInterval = .milliseconds(50) })
                try await alteration.all.first?.value
                #expect(backup.manifest.tables.first { $0.name == "lar ge" }?.rows == 8000 - 901)
                #expect(try await bench.count("SELECT count(late) FROM \"lar ge\"") == 8000 - 901 + 4000)
                #expect(try await bench.verify(backup).failures == [:])
                for session in [other, observer] { await session.close() }
            }
        }

        @Test func `a store that is full in the middle of a table leaves nothing`() async throws {
            struct StoreIsFull: Error {}
            try await Workbench.with(Self.script) { bench in
                var store = HookedStore(bench.store)
                store.willAppend = { key, _ in if isRows(key) { throw StoreIsFull() } }
                await #expect(throws: StoreIsFull.self) {
                    try await bench.backUp(store: store, settings: settings())
                }
                try await expectNoTrace(bench)
            }
        }

        @Test func `one worker, and a table below two ranges, copy in one piece`() async throws {
            try await Workbench.with(Self.script) { bench in
                for settings in [settings { $0.workers = 1 }, settings { $0.rangeSizeInBytes = 4 << 20 }] {
                    let preview = try await bench.operation(settings: settings).preview()
                    #expect(preview.tables.allSatisfy { $0.note == nil })
                }
            }
        }
    }
}
