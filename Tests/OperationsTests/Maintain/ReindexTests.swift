import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct ReindexTests {
        /// An index of some MiB, of whose entries four fifths are then no more.
        private static let table: ServerText =
            "CREATE TABLE t AS SELECT n FROM generate_series(1, 300000) n; CREATE UNIQUE INDEX i ON t (n); ANALYZE t"
        private static let shrinking: ServerText = "DELETE FROM t WHERE n % 5 <> 0; VACUUM ANALYZE t"

        private static func rebuilding(_ job: inout MaintainJob) {
            (job.vacuum, job.analyze, job.reindex, job.reindexMinWasteInMiB) = (.off, .off, .bloated, 1)
        }

        private func invalidIndexes(_ bench: Workbench) async throws -> [String] {
            try await bench.cluster.psql(
                "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1",
                database: bench.database.database ?? ""
            ).split(separator: "\n").map(String.init)
        }

        @Test(arguments: ScratchCluster.binFolders)
        func `rebuilds an index that needs more bytes per row than it once did`(binFolder: String) async throws {
            try await Workbench.with(Self.table, on: try await ScratchCluster.shared(binFolder)) { bench in
                let memory = RememberingMemory()
                let first = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(first.steps.isEmpty)
                try await bench.psql(Self.shrinking)
                let second = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(second.summary == ["reindex i done"])
                let step = try #require(second.steps.first)
                #expect(step.step.reasons.first?.contains("(baseline)") == true)
                #expect(try #require(step.bytesAfter) * 3 < step.step.sizeInBytes)
                #expect(try await bench.maintain(memory: memory, Self.rebuilding).steps.isEmpty)
                #expect(try await invalidIndexes(bench) == [])
            }
        }

        @Test func `knows of bloat without a memory where it can measure`() async throws {
            try await Workbench.with(Self.table) { bench in
                guard
                    try await bench.count("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgstattuple'")
                        == 1
                else { return }
                try await bench.psql(
                    "CREATE SCHEMA tools; CREATE EXTENSION pgstattuple SCHEMA tools; \(Self.shrinking)")
                // A preview reads no index.
                let preview = try await bench.maintenance(Self.rebuilding).preview().plan
                #expect(preview.steps.isEmpty)
                #expect(preview.warnings.contains { $0.contains("to measure 1 large indexes") })
                let tooLittle = try await bench.maintain {
                    Self.rebuilding(&$0)
                    $0.measureLimitInMiB = 1
                }
                #expect(tooLittle.steps.isEmpty)
                let report = try await bench.maintain(Self.rebuilding)
                #expect(report.summary == ["reindex i done"])
                #expect(report.steps.first?.step.reasons.first?.contains("(measured)") == true)
            }
        }

        @Test func `an index that measures well is not rebuilt, whatever its baseline`() async throws {
            try await Workbench.with(Self.table) { bench in
                guard
                    try await bench.count("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgstattuple'")
                        == 1
                else { return }
                let memory = RememberingMemory()
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql("\(Self.shrinking); REINDEX INDEX i; CREATE EXTENSION pgstattuple")
                // Fewer rows than there are make each look expensive.
                try await bench.psql("UPDATE pg_class SET reltuples = 1000 WHERE relname = 'i'")
                #expect(
                    try await bench.maintain(memory: memory) {
                        Self.rebuilding(&$0)
                        $0.reindexMinWasteInMiB = 0
                    }.steps.isEmpty)
            }
        }

        @Test func `measures an index as the VACUUM of the same run has left it`() async throws {
            try await Workbench.with(Self.table) { bench in
                guard
                    try await bench.count("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgstattuple'")
                        == 1
                else { return }
                // Whole pages of entries that are dead, and look full until a VACUUM has been there.
                try await bench.psql(
                    ("CREATE EXTENSION pgstattuple; DELETE FROM t WHERE n < 250000" as ServerText).counted)
                let report = try await bench.maintain {
                    Self.rebuilding(&$0)
                    $0.vacuum = .needed
                }
                #expect(report.summary.prefix(2) == ["vacuum t done", "reindex i done"])
                #expect(report.steps[1].step.reasons.first?.contains("(measured)") == true)
                #expect(report.plan.steps.map(\.action).prefix(2) == [.vacuum, .reindex])
            }
        }

        @Test func `a unique index whose rows are no longer unique fails, keeps what it had, and leaves nothing`()
            async throws
        {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n FROM generate_series(1, 300000) n; CREATE INDEX i ON t (n);
                INSERT INTO t VALUES (5); ANALYZE t
                """
            try await Workbench.with(script) { bench in
                let memory = RememberingMemory()
                // As an index is after a change of the collation, or a fault of the disk.
                try await bench.psql("UPDATE pg_index SET indisunique = true WHERE indexrelid = 'i'::regclass")
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql(Self.shrinking)
                let report = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(report.summary == ["reindex i failed"])
                #expect(report.message?.contains("could not create unique index") == true)
                #expect(report.outcome == .failed)
                #expect(try await invalidIndexes(bench) == [])
                #expect(try await bench.count("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass") == 1)
            }
        }

        @Test func `a slot that keeps more WAL than it may holds rebuilds back`() async throws {
            try await Workbench.with(Self.table) { bench in
                let memory = RememberingMemory()
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql(Self.shrinking)
                let slot = "s_\(bench.database.database ?? "")"
                try await bench.psql("SELECT pg_create_physical_replication_slot('\(ServerText(slot))', true)")
                try await bench.psql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
                try await bench.psql("SELECT pg_reload_conf()")
                try await bench.psql("CREATE TABLE filler AS SELECT repeat('x', 900) FROM generate_series(1, 4000)")
                let report = try await bench.maintain(window: .seconds(5), memory: memory, Self.rebuilding)
                try await bench.psql("SELECT pg_drop_replication_slot('\(ServerText(slot))')")
                try await bench.psql("ALTER SYSTEM RESET max_slot_wal_keep_size")
                try await bench.psql("SELECT pg_reload_conf()")
                #expect(report.summary == ["reindex i held-back"])
                #expect(report.steps.first?.message?.contains(slot) == true)
                #expect(report.category == .tryLater)
            }
        }

        // MARK: - Leftovers

        /// A transaction whose snapshot a rebuild waits for in its last phase.
        private func waiting(_ bench: Workbench) async throws -> Session {
            let session = try await bench.openSession()
            try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            return session
        }

        @Test func `a rebuild that is killed leaves what the next run collects`() async throws {
            try await Workbench.with(Self.table) { bench in
                let memory = RememberingMemory()
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql(Self.shrinking)
                let other = try await waiting(bench)
                async let running = bench.maintain(memory: memory, Self.rebuilding)
                let process = try await bench.waitForMaintenance("REINDEX")
                try await bench.psql("SELECT pg_terminate_backend(\(process))")
                let killed = try await running
                #expect(killed.summary == ["reindex i failed"])
                #expect(try await invalidIndexes(bench) == ["i_ccnew"])
                await other.close()
                let next = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(next.summary == ["drop-index i_ccnew done", "reindex i done"])
                #expect(try await invalidIndexes(bench) == [])
            }
        }

        @Test func `a rebuild that is cancelled takes what it leaves with it`() async throws {
            try await Workbench.with(Self.table) { bench in
                let memory = RememberingMemory()
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql(Self.shrinking)
                let other = try await waiting(bench)
                let running = Task { try await bench.maintain(memory: memory, Self.rebuilding) }
                _ = try await bench.waitForMaintenance("REINDEX")
                running.cancel()
                await #expect(throws: CancellationError.self) { try await running.value }
                #expect(try await invalidIndexes(bench) == [])
                await other.close()
            }
        }

        @Test func `an index that is invalid and not ours is named, and left`() async throws {
            let script: ServerText = "CREATE TABLE d AS SELECT 1 AS n FROM generate_series(1, 5)"
            try await Workbench.with(script) { bench in
                for name in ["broken", "keys"] {
                    await #expect(throws: (any Error).self) {
                        try await bench.psql("CREATE UNIQUE INDEX CONCURRENTLY \(ServerText(name)) ON d (n)")
                    }
                }
                try await bench.psql("ALTER INDEX keys RENAME TO broken_ccnew")
                let memory = RememberingMemory()
                let report = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(report.steps.isEmpty)
                #expect(report.outcome == .succeeded)
                #expect(report.warnings.contains { $0.contains("the index public.broken is invalid") })
                #expect(report.plan.passedOver.first?.text.contains("none of ours") == true)
                #expect(try await invalidIndexes(bench) == ["broken", "broken_ccnew"])
            }
        }

        @Test func `leftovers on tables that the job leaves out are not its business`() async throws {
            let script: ServerText = "CREATE TABLE d AS SELECT 1 AS n FROM generate_series(1, 5)"
            try await Workbench.with(script) { bench in
                for name in ["broken", "keys"] {
                    await #expect(throws: (any Error).self) {
                        try await bench.psql("CREATE UNIQUE INDEX CONCURRENTLY \(ServerText(name)) ON d (n)")
                    }
                }
                try await bench.psql("ALTER INDEX keys RENAME TO broken_ccnew")
                let memory = RememberingMemory()
                var ours = IndexLeftovers.Memory()
                ours.begun = ["\"public\".\"broken\""]
                await ours.remember("shop", in: memory)
                func summary(_ excluded: [String]) async throws -> [String] {
                    let report = try await bench.maintain(memory: memory) {
                        Self.rebuilding(&$0)
                        $0.excludedTables = excluded.compactMap(TablePattern.init)
                    }
                    #expect(report.warnings.isEmpty == !excluded.isEmpty)
                    return report.summary
                }
                #expect(try await summary(["public.d"]) == [])
                #expect(try await summary([]) == ["drop-index broken_ccnew done"])
            }
        }

        @Test func `a preview gives the exact statement, and drops nothing`() async throws {
            try await Workbench.with(Self.table) { bench in
                let memory = RememberingMemory()
                try await bench.maintain(memory: memory, Self.rebuilding)
                try await bench.psql(Self.shrinking)
                let plan = try await bench.maintenance(memory: memory, Self.rebuilding).preview().plan
                #expect(plan.steps.map(\.statement) == ["REINDEX (CONCURRENTLY, VERBOSE) INDEX \"public\".\"i\""])
                #expect(try await bench.maintenance(memory: memory, Self.rebuilding).preview().plan == plan)
            }
        }

        // MARK: - Restored copies

        @Test func `a proven copy's indexes are the measure for the live ones`() async throws {
            try await Workbench.with("\(Self.table); \(Self.shrinking)") { bench in
                let backup = try await bench.backUp()
                let memory = RememberingMemory()
                let report = try await bench.verify(backup) { settings in
                    let sizes = RestoredIndexSizes(memory: memory, database: "shop", context: bench.context())
                    settings.inspect = { await sizes.note(of: $0) }
                }
                #expect(report.failures == [:])
                let maintained = try await bench.maintain(memory: memory, Self.rebuilding)
                #expect(maintained.summary == ["reindex i done"])
                #expect(memory.names == ["index-baseline/shop", "reindex/shop"])
            }
        }
    }
}
