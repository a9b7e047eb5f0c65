import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct MaintainTests {
        /// Rows that are deleted, inserted and never looked at; and tables that need nothing. What a session has changed
        /// counts when it ends, so there are three.
        private static let tables: ServerText = """
            CREATE TABLE dead (id int PRIMARY KEY, v text); CREATE TABLE quiet (id int); CREATE TABLE blank (id int);
            CREATE TABLE sparing (id int) WITH (autovacuum_vacuum_threshold = 100000);
            CREATE TABLE parent (id int, at date) PARTITION BY RANGE (at);
            CREATE TABLE leaf PARTITION OF parent FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            INSERT INTO dead SELECT n, repeat('x', 50) FROM generate_series(1, 10000) n;
            INSERT INTO quiet SELECT n FROM generate_series(1, 900) n; INSERT INTO sparing SELECT * FROM quiet;
            INSERT INTO blank SELECT * FROM quiet; INSERT INTO parent SELECT n, '2026-05-05' FROM quiet q(n);
            """
        private static let looked: ServerText = "VACUUM ANALYZE dead, quiet, sparing, leaf"
        private static let changed: ServerText =
            "DELETE FROM dead WHERE id % 2 = 0; DELETE FROM sparing; DELETE FROM quiet WHERE id < 9"

        @Test(arguments: ScratchCluster.binFolders)
        func `does what is needed, on every major, and finds nothing to do afterwards`(binFolder: String) async throws {
            let cluster = try await ScratchCluster.shared(binFolder)
            try await Workbench.with(Self.tables.counted, on: cluster) { bench in
                try await bench.psql(Self.looked.counted)
                try await bench.psql(Self.changed.counted)
                let report = try await bench.maintain()
                let last = cluster.version.major >= 16 ? ["database-statistics - done"] : []
                #expect(
                    report.summary == [
                        "analyze blank done", "analyze parent done", "vacuum dead done", "analyze dead done",
                        "analyze sparing done",
                    ] + last)
                #expect(report.outcome == .succeeded)
                #expect(report.message == nil)
                let vacuum = try #require(report.steps.first { $0.step.action == .vacuum })
                #expect(vacuum.removedRows == 5_000)
                #expect(vacuum.deadRowsLeft == 0)
                #expect(bench.reporter.events.contains { if case .plan = $0 { true } else { false } })
                #expect(try await bench.maintain().steps.isEmpty)
                #expect(
                    try await bench.count(
                        "SELECT count(*) FROM pg_statistic WHERE starelid = 'parent'::regclass AND stainherit") == 2)
            }
        }

        @Test func `a preview says the same and does nothing`() async throws {
            try await Workbench.with(Self.tables.counted) { bench in
                let preview = try await bench.maintenance().preview()
                #expect(preview.plan.steps.contains { $0.statement.text.hasPrefix("VACUUM (VERBOSE, SKIP_LOCKED") })
                #expect(preview.plan.settings.contains("SET vacuum_cost_limit = 10000"))
                #expect(try await bench.maintenance().preview().plan == preview.plan)
            }
        }

        @Test func `a table that is locked to the end of the window is told, and the others are done`() async throws {
            let script: ServerText = """
                CREATE TABLE locked AS SELECT n FROM generate_series(1, 5000) n;
                CREATE TABLE free AS SELECT * FROM locked;
                ANALYZE locked; ANALYZE free; DELETE FROM locked; DELETE FROM free;
                """
            try await Workbench.with(script.counted) { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
                let report = try await bench.maintain(window: .seconds(3)) { $0.analyze = .off }
                await other.close()
                #expect(report.summary.contains("vacuum free done"))
                #expect(report.summary.contains("vacuum locked locked"))
                #expect(report.outcome == .partial)
                #expect(report.category == .partial)
                #expect(report.message?.contains("VACUUM of public.locked: ") == true)
            }
        }

        @Test func `dead rows that an idle transaction keeps cost no VACUUM, and it is named`() async throws {
            let script: ServerText =
                "CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n; CREATE TABLE u AS SELECT 1 AS n"
            try await Workbench.with(script.counted) { bench in
                let idle = try await bench.openSession()
                try await idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM u")
                try await bench.psql(("VACUUM ANALYZE t; DELETE FROM t" as ServerText).counted)
                let report = try await bench.maintain { $0.analyze = .off }
                #expect(report.steps.isEmpty)
                #expect(report.outcome == .succeeded)
                let process = idle.server.backendProcessID
                let passedOver = try #require(report.plan.passedOver.first)
                #expect(passedOver.cause == .xminHolder)
                #expect(
                    passedOver.text.contains(
                        "the transaction of process \(process) (test, postgres, idle in transaction"))
                #expect(bench.reporter.warnings.contains { $0.contains("process \(process)") })
                try await idle.execute("COMMIT")
                #expect(try await bench.maintain { $0.analyze = .off }.summary.first == "vacuum t done")
                await idle.close()
            }
        }

        @Test func `a VACUUM that could remove nothing says because of whom`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n; CREATE TABLE u AS SELECT 1 AS n;
                VACUUM ANALYZE t
                """
            try await Workbench.with(script.counted) { bench in
                let idle = try await bench.openSession()
                // Younger than the last VACUUM: what died before would have gone.
                try await idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM u")
                try await bench.psql(("DELETE FROM t" as ServerText).counted)
                let report = try await bench.maintain { $0.analyze = .off }
                await idle.close()
                #expect(report.steps.first?.deadRowsLeft == 5_000)
                #expect(
                    report.warnings.contains {
                        $0.contains(
                            "5,000 dead rows could not be removed because of the transaction of process "
                                + "\(idle.server.backendProcessID)")
                    })
            }
        }

        @Test func `what the role may not do has failed, though the server only warns`() async throws {
            let script: ServerText = """
                CREATE ROLE gardener LOGIN; GRANT ALL ON SCHEMA public TO gardener;
                CREATE TABLE foreign_soil AS SELECT n FROM generate_series(1, 5000) n; ANALYZE foreign_soil;
                CREATE TABLE garden AS SELECT n FROM generate_series(1, 5000) n; ANALYZE garden;
                ALTER TABLE garden OWNER TO gardener; DELETE FROM garden; DELETE FROM foreign_soil;
                """
            try await Workbench.with(script.counted) { bench in
                let role = bench.database.with(user: "gardener")
                let denied = try await bench.maintain(connection: role) {
                    ($0.analyze, $0.tables) = (.off, [TablePattern("foreign_soil")!])
                }
                #expect(denied.outcome == .failed)
                #expect(denied.category == .permission)
                let report = try await bench.maintain(connection: role) { $0.analyze = .off }
                #expect(Set(report.summary).isSuperset(of: ["vacuum garden done", "vacuum foreign_soil failed"]))
                #expect(report.outcome == .partial)
                #expect(report.message?.contains("foreign_soil") == true)
                // Catalogues that it may not touch are nobody's failure.
                let all = try await bench.maintain(connection: role) {
                    ($0.vacuum, $0.analyze, $0.tables) = (.all, .off, [TablePattern("pg_catalog.*")!])
                }
                #expect(all.outcome == .succeeded)
                #expect(all.plan.passedOver.allSatisfy { $0.cause == .notPermitted })
            }
        }

        @Test func `what the window's end finds running is cancelled, and told as such`() async throws {
            try await Workbench.with(Self.slowTable.counted) { bench in
                let report = try await bench.maintain(window: .seconds(2)) { ($0.analyze, $0.costLimit) = (.off, 1) }
                let step = try #require(report.steps.first)
                #expect(step.outcome == .cutOff)
                #expect(report.outcome == .succeeded)
                #expect(report.message?.contains("the window ended") == true)
            }
        }

        /// A VACUUM of it takes minutes with a cost limit of 1.
        private static let slowTable: ServerText = """
            CREATE TABLE slow AS SELECT n, repeat('x', 900) AS v FROM generate_series(1, 20000) n; ANALYZE slow;
            DELETE FROM slow WHERE n % 2 = 0
            """

        @Test func `a VACUUM whose session is killed has failed, what is left is not begun, and the next run does it`()
            async throws
        {
            try await Workbench.with(Self.slowTable.counted) { bench in
                try await bench.psql(
                    ("CREATE TABLE zebra AS SELECT n FROM generate_series(1, 5000) n; DELETE FROM zebra" as ServerText)
                        .counted)
                async let running = bench.maintain { ($0.analyze, $0.costLimit) = (.off, 1) }
                let process = try await bench.waitForMaintenance("\"slow\"", "wait_event = 'VacuumDelay'")
                try await bench.psql("SELECT pg_terminate_backend(\(process))")
                let report = try await running
                #expect(report.summary.contains("vacuum slow failed"))
                #expect(report.outcome == .partial || report.outcome == .failed)
                #expect(try await bench.maintain { $0.analyze = .off }.summary.contains("vacuum slow done"))
            }
        }

        @Test func `a run that is cancelled ends its statement`() async throws {
            try await Workbench.with(Self.slowTable.counted) { bench in
                let running = Task { try await bench.maintain { ($0.analyze, $0.costLimit) = (.off, 1) } }
                _ = try await bench.waitForMaintenance("\"slow\"", "wait_event = 'VacuumDelay'")
                running.cancel()
                await #expect(throws: CancellationError.self) { try await running.value }
                try await waitUntil("the VACUUM goes on") {
                    try await bench.count("SELECT count(*) FROM pg_stat_progress_vacuum") == 0
                }
            }
        }

        @Test func `what the role may not do has failed, though a setting silences the warning`() async throws {
            let script: ServerText =
                "CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n; ANALYZE t; DELETE FROM t"
            try await Workbench.with(script.counted) { bench in
                try await bench.psql("CREATE ROLE silent LOGIN; ALTER ROLE silent SET client_min_messages = error")
                let report = try await bench.maintain(connection: bench.database.with(user: "silent")) {
                    $0.analyze = .off
                }
                #expect(report.outcome == .failed)
                #expect(report.category == .permission)
            }
        }

        @Test func `a role that sees no statistics finds nothing missing that was analyzed`() async throws {
            let script: ServerText = """
                CREATE ROLE blind LOGIN; CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n;
                """
            try await Workbench.with(script.counted) { bench in
                let role = bench.database.with(user: "blind")
                func titles() async throws -> [String] {
                    try await bench.maintenance(connection: role) { $0.vacuum = .off }.preview().plan.steps.map(\.title)
                }
                #expect(try await titles() == ["ANALYZE of public.t"])
                try await bench.psql("ANALYZE t")
                #expect(try await titles() == [])
            }
        }

        // MARK: - Beside others

        @Test func `does not begin beside a dump of the database`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let dump = try await Session.open(bench.database, applicationName: "pg_dump")
                try await dump.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t")
                let error = await #expect(throws: MaintainError.self) { try await bench.maintain() }
                #expect(error?.message.contains("pg_dump (process \(dump.server.backendProcessID))") == true)
                #expect(try await bench.maintenance().preview().dumps.count == 1)
                await dump.close()
                try await bench.maintain()
            }
        }

        @Test func `does not begin beside another run`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let other = try await bench.openSession()
                try await other.execute("SELECT pg_advisory_lock(7233466480274009716)")
                await #expect(throws: MaintainError.alreadyRunning(server: other.server.displayText)) {
                    try await bench.maintain()
                }
                await other.close()
            }
        }

        @Test func `leaves a table alone that somebody maintains already`() async throws {
            try await Workbench.with(
                ("CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) n; DELETE FROM t" as ServerText).counted
            ) {
                bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")
                let report = try await bench.maintain()
                await other.close()
                #expect(report.steps.isEmpty)
                #expect(report.plan.passedOver.map(\.cause) == [.busy])
                #expect(report.outcome == .succeeded)
            }
        }

        @Test func `does nothing on a standby`() async throws {
            try await ScratchCluster.with { primary in
                try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", on: primary) { bench in
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let connection = standby.with(database: bench.database.database ?? "")
                        let report = try await bench.maintain(connection: connection)
                        #expect(report.outcome == .skipped)
                        #expect(try MaintainWork.result(report).reason == .standby)
                    }
                }
            }
        }
    }
}
