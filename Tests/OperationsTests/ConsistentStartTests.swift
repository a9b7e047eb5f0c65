import Archive
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// DDL at the worst moment. A table that is held makes the leader wait after it has listed the tables; a table that
    /// is made then, and held, makes pg_dump wait after the snapshot was taken.
    @Suite struct ConsistentStartTests {
        /// Runs `ddl` on a table `late`, which was made after the listing and before the snapshot, so that it takes
        /// effect between the snapshot and the locks; returns the backup.
        private func backUp(_ bench: Workbench, while ddl: ServerText) async throws -> BackupReport {
            let (blocker, other) = (try await bench.openSession(), try await bench.openSession())
            try await blocker.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
            async let backup = bench.backUp()
            try await bench.waitForWaiter(on: "held", blocker)
            try await other.execute("CREATE TABLE late AS SELECT n::int, 'old' AS t FROM generate_series(1, 5) n")
            try await other.execute("CREATE TABLE other AS SELECT n FROM generate_series(1, 3) n")
            try await other.execute("BEGIN; \(ddl)")
            try await blocker.execute("COMMIT")
            try await bench.waitForWaiter(on: "late", blocker)
            try await other.execute("COMMIT")
            await blocker.close()
            await other.close()
            return try await backup
        }

        private func late(_ backup: BackupReport) throws -> Manifest.Table {
            try #require(backup.manifest.tables.first { $0.name == "late" })
        }

        @Test(
            arguments: [
                ("TRUNCATE late; INSERT INTO late VALUES (1, 'new'), (2, 'new')", 2, "truncated or rewritten"),
                ("ALTER TABLE late ALTER n TYPE bigint", 5, "truncated or rewritten"),
                (
                    "ALTER TABLE late RENAME TO x; ALTER TABLE other RENAME TO late; ALTER TABLE x RENAME TO other", 3,
                    "another table bears its name"
                ),
                (
                    "DROP TABLE other; DROP TABLE late; CREATE SCHEMA s; CREATE TABLE s.late AS SELECT 1 AS n", 1,
                    "does not exist"
                ),
                ("DROP TABLE late; CREATE TABLE late AS SELECT 1 AS n", 1, "another table bears its name"),
            ] as [(ServerText, Int, String)])
        func `begins anew where a table changed between snapshot and lock, and then has the right rows`(
            ddl: ServerText, rows: Int, reason: String
        ) async throws {
            try await Workbench.with("CREATE TABLE held ()") { bench in
                let backup = try await backUp(bench, while: ddl)
                #expect(try late(backup).rows == rows)
                #expect(bench.reporter.notes.contains { $0.contains("late") && $0.contains(reason) })
                let report = try await bench.verify(backup)
                #expect(report.failures == [:])
            }
        }

        @Test func `accepts a table that was made after the listing and has not changed since the snapshot`()
            async throws
        {
            try await Workbench.with("CREATE TABLE held ()") { bench in
                let backup = try await backUp(bench, while: "LOCK TABLE late IN ACCESS EXCLUSIVE MODE")
                #expect(try late(backup).rows == 5)
                #expect(bench.reporter.notes == [])
            }
        }

        @Test func `knows extensions and constraints that came while the leader waited for a lock`() async throws {
            let script: ServerText = "CREATE TABLE held (); CREATE TABLE t AS SELECT 1 AS n"
            try await Workbench.with(script) { bench in
                let blocker = try await bench.openSession()
                try await blocker.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                async let backup = bench.backUp()
                try await bench.waitForWaiter(on: "held", blocker)
                try await bench.psql(
                    """
                    CREATE EXTENSION citext; CREATE TABLE late (n int);
                    ALTER TABLE late ADD CONSTRAINT lax CHECK (n > 5) NOT VALID
                    """)
                try await blocker.execute("COMMIT")
                let manifest = try await backup.manifest
                #expect(manifest.extensions.map(\.name).contains("citext"))
                #expect(manifest.unvalidatedConstraints == ["\"public\".\"late\" \"lax\""])
                await blocker.close()
            }
        }

        @Test func `gives up after its patience where somebody keeps a table, and says which`() async throws {
            try await Workbench.with("CREATE TABLE held (); CREATE TABLE free ()") { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                var settings = BackupSettings()
                settings.lockWait = .milliseconds(300)
                let error = await #expect(throws: OperationError.self) { try await bench.backUp(settings: settings) }
                guard case .tablesLocked(["public.held"], 0, let holders)? = error else { throw try #require(error) }
                let process = other.server.backendProcessID
                #expect(holders.count == 1)
                #expect(
                    holders.first?.hasPrefix("session \(process) (postgres, \"test\", idle in transaction, ") == true,
                    "\(holders)")
                #expect(holders.first?.hasSuffix(") holds an exclusive lock of held") == true, "\(holders)")
                #expect(error?.category == .tryLater)
                #expect(try await bench.store.list(under: nil).isEmpty)
                await other.close()
            }
        }

        @Test func `does not mind a table that is held where the filters leave it out`() async throws {
            try await Workbench.with("CREATE TABLE held (); CREATE TABLE free AS SELECT 1") { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                var settings = BackupSettings()
                settings.lockWait = .milliseconds(50)
                settings.filters.excludeTables = ["public.held"]
                let backup = try await bench.backUp(settings: settings)
                #expect(backup.manifest.tables.map(\.name) == ["free"])
                await other.close()
            }
        }
    }
}
