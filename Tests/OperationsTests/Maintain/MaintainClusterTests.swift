import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// What needs a server of its own settings.
    @Suite struct MaintainClusterTests {
        /// Runs scripts in the database `shop` of an aged server, each at another age.
        private func run(_ scripts: [(age: Int?, script: ServerText)], on server: AgedServer) async throws {
            for (age, script) in scripts {
                if let age { try server.age(to: age) }
                try await server.running { session in
                    if age == nil { try await session.execute("CREATE DATABASE shop") }
                    let shop = try await Session.open(server.shop, applicationName: "test")
                    try await shop.execute(script)
                    await shop.close()
                }
            }
        }

        private func table(_ name: ServerText) -> ServerText {
            "CREATE TABLE \(name) AS SELECT n, repeat('x', 9000) AS v FROM generate_series(1, 100) n"
        }

        /// Of the tables, or their TOAST tables, in the order of their names.
        private func ages(_ session: Session, multixacts: Bool = false) async throws -> [Double] {
            let (function, column): (ServerText, ServerText) =
                multixacts ? ("mxid_age", "relminmxid") : ("age", "relfrozenxid")
            return try await session.query(
                """
                SELECT greatest(\(function)(c.\(column)), \(function)(t.\(column)))::float8 AS age
                  FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid
                 WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname
                """
            ).rows.map { try $0.double("age") }
        }

        /// A run whose window is over as soon as it begins.
        private func afterItsWindow(_ bench: Workbench, _ connection: ConnectionInfo) async throws -> MaintainReport {
            let clock = ManualInstant()
            bench.reporter.listen { event in
                if case .phase = event { clock.advance(by: .seconds(60)) }
            }
            var operation = bench.maintenance(window: .seconds(60), connection: connection) { $0.analyze = .off }
            operation.now = { clock.now }
            let report = try await operation.execute()
            bench.reporter.listen(nil)
            return report
        }

        @Test(arguments: ScratchCluster.binFolders)
        func `freezes by real age: as fast as can be near wraparound, and what is young not at all`(
            binFolder: String
        ) async throws {
            try await Workbench.with { bench in
                try await AgedServer.with(binFolder, in: bench.folder) { server in
                    try await run(
                        [(nil, table("ancient")), (1_480_000_000, table("old")), (1_650_000_000, table("young"))],
                        on: server)
                    try await server.running { _ in
                        let session = try await Session.open(server.shop, applicationName: "test")
                        #expect(try await ages(session)[0] > 1_600_000_000)
                        #expect(try await ages(session, multixacts: true)[0] > 1_600_000_000)
                        let late = try await afterItsWindow(bench, server.shop)
                        // What staves off wraparound knows no window.
                        #expect(late.summary.prefix(2) == ["emergency-vacuum ancient done", "freeze old left"])
                        #expect(late.outcome == .partial)
                        let report = try await bench.maintain(connection: server.shop) { $0.analyze = .off }
                        #expect(report.outcome == .succeeded, "\(report.steps)")
                        #expect(report.summary.first == "freeze old done")
                        #expect((late.summary + report.summary).allSatisfy { !$0.contains("young") })
                        #expect(try await ages(session).allSatisfy { $0 < 1_000 })
                        #expect(try await ages(session, multixacts: true)[0] < 1_000)
                        #expect(try await bench.maintain(connection: server.shop) { $0.analyze = .off }.steps.isEmpty)
                        await session.close()
                    }
                }
            }
        }

        /// So many transactions.
        private static let burn: ServerText = """
            CREATE TABLE burn (n int);
            DO $$ BEGIN
                FOR i IN 1..99800 LOOP
                    BEGIN INSERT INTO burn VALUES (i); EXCEPTION WHEN others THEN NULL; END;
                END LOOP;
            END $$
            """

        @Test func `what cannot be frozen has failed, though VACUUM succeeds, and whoever keeps it is named`()
            async throws
        {
            let settings = [
                "autovacuum_freeze_max_age": "100000", "vacuum_failsafe_age": "0", "max_prepared_transactions": "2",
            ]
            try await ScratchCluster.with(settings: settings) { cluster in
                try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", on: cluster) { bench in
                    try await bench.psql("BEGIN; INSERT INTO t VALUES (0); PREPARE TRANSACTION 'forgotten'")
                    try await bench.psql(Self.burn)
                    func maintain() async throws -> MaintainReport {
                        try await bench.maintain { ($0.analyze, $0.tables) = (.off, [TablePattern("public.t")!]) }
                    }
                    let kept = try await maintain()
                    #expect(kept.summary.first == "emergency-vacuum t failed")
                    #expect(kept.outcome != .succeeded)
                    #expect(kept.message?.contains("transactions old because of the prepared transaction") == true)
                    #expect(kept.message?.contains("ROLLBACK PREPARED 'forgotten'") == true)
                    try await bench.psql("ROLLBACK PREPARED 'forgotten'")
                    #expect(try await maintain().summary.first == "emergency-vacuum t done")
                    #expect(
                        try await bench.count("SELECT age(relfrozenxid) FROM pg_class WHERE oid = 't'::regclass") < 100)
                }
            }
        }

        @Test func `near wraparound a table is frozen without pauses, also where it was vacuumed just now`()
            async throws
        {
            // Just below the age at which autovacuum would come by itself, even where it is off.
            let settings = ["autovacuum_freeze_max_age": "100000", "vacuum_failsafe_age": "0"]
            try await ScratchCluster.with(settings: settings) { cluster in
                let script: ServerText = "CREATE TABLE t AS SELECT 1 AS n; \(Self.burn)"
                try await Workbench.with(script, on: cluster) { bench in
                    let report = try await bench.maintain {
                        ($0.analyze, $0.tables, $0.minInterval) = (.off, [TablePattern("public.t")!], .seconds(86_400))
                    }
                    #expect(report.summary.first == "emergency-vacuum t done")
                    #expect(report.steps.first?.step.statement.text.contains("INDEX_CLEANUP off") == true)
                    #expect(
                        try await bench.count("SELECT age(relfrozenxid) FROM pg_class WHERE oid = 't'::regclass") < 100)
                }
            }
        }

        @Test func `a forgotten prepared transaction is named, and no rebuild waits for it`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n FROM generate_series(1, 300000) n; CREATE INDEX i ON t (n); ANALYZE t;
                """
            try await ScratchCluster.with(settings: ["max_prepared_transactions": "5"]) { cluster in
                try await Workbench.with(script, on: cluster) { bench in
                    let memory = RememberingMemory()
                    try await bench.maintain(memory: memory) {
                        ($0.vacuum, $0.analyze, $0.reindex) = (.off, .off, .bloated)
                    }
                    try await bench.psql("DELETE FROM t WHERE n % 5 <> 0")
                    try await bench.psql("VACUUM ANALYZE t")
                    try await bench.psql("BEGIN; CREATE TABLE u (); PREPARE TRANSACTION 'forgotten'")
                    try await bench.psql("VACUUM t")
                    try await bench.psql(("DELETE FROM t" as ServerText).counted)
                    let report = try await bench.maintain(window: .seconds(20), memory: memory) {
                        ($0.analyze, $0.reindex, $0.reindexMinWasteInMiB) = (.off, .bloated, 1)
                    }
                    let passedOver = try #require(report.plan.passedOver.first)
                    #expect(passedOver.cause == .xminHolder)
                    #expect(passedOver.text.contains("the prepared transaction forgotten"))
                    #expect(passedOver.text.contains("ROLLBACK PREPARED 'forgotten'"))
                    #expect(report.summary == ["reindex i held-back"])
                    #expect(report.steps.first?.message?.contains("the prepared transaction forgotten") == true)
                    #expect(report.outcome == .failed)
                    #expect(report.category == .tryLater)
                    try await bench.psql("ROLLBACK PREPARED 'forgotten'")
                }
            }
        }
    }
}
