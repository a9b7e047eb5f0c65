import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// What needs a server of its own settings.
    @Suite struct MaintainClusterTests {
        @Test func `near wraparound a table is frozen without pauses, also where it was vacuumed just now`()
            async throws
        {
            // Just below the age at which autovacuum would come by itself, even where it is off.
            let settings = ["autovacuum_freeze_max_age": "100000", "vacuum_failsafe_age": "0"]
            try await ScratchCluster.with(settings: settings) { cluster in
                let script: ServerText = """
                    CREATE TABLE t AS SELECT 1 AS n; CREATE TABLE burn (n int);
                    DO $$ BEGIN
                        FOR i IN 1..99800 LOOP
                            BEGIN INSERT INTO burn VALUES (i); EXCEPTION WHEN others THEN NULL; END;
                        END LOOP;
                    END $$;
                    """
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
