import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

@Suite struct MaintainWindowTests {
    @Test func `is counted from the beginning, and is over at its end`() {
        let clock = ManualInstant()
        let window = MaintainWindow(.seconds(7_200)) { clock.now }
        #expect(window.statementTimeoutInMilliseconds == 7_200_000)
        #expect(window.statementTimeout(atMost: .seconds(60)) == .seconds(60))
        clock.advance(by: .milliseconds(7_199_500))
        #expect(!window.isOver)
        #expect(window.rest == .milliseconds(500))
        #expect(window.statementTimeoutInMilliseconds == 500)
        #expect(window.statementTimeout(atMost: .seconds(60)) == .seconds(1))
        clock.advance(by: .milliseconds(500))
        #expect(window.isOver)
        // Zero would be no limit at all.
        #expect(window.statementTimeoutInMilliseconds == 100)
        clock.advance(by: .seconds(60))
        #expect(window.rest == .zero)
    }

    @Test func `without a length it has no end`() {
        let window = MaintainWindow(nil)
        #expect(!window.isOver)
        #expect(window.rest == nil)
        #expect(window.statementTimeoutInMilliseconds == 0)
        #expect(window.statementTimeout(atMost: .seconds(60)) == .seconds(60))
    }
}

extension ServerTests {
    @Suite struct MaintainWindowRunTests {
        private static let tables: ServerText = """
            CREATE TABLE a AS SELECT n FROM generate_series(1, 9000) n;
            CREATE TABLE b AS SELECT n FROM generate_series(1, 5000) n;
            CREATE TABLE i AS SELECT n FROM generate_series(1, 300000) n; CREATE INDEX i_n ON i (n);
            ANALYZE a; ANALYZE b; ANALYZE i; DELETE FROM a; DELETE FROM b
            """

        /// A run whose clock moves on by `duration` as soon as it tells that `title` is done.
        private func maintain(
            _ bench: Workbench, afterwards duration: Duration, of title: String,
            memory: any JobMemory = NoJobMemory(), _ change: (inout MaintainJob) -> Void = { _ in }
        ) async throws -> MaintainReport {
            let clock = ManualInstant()
            bench.reporter.listen { event in
                if case .finished(title, _, _) = event { clock.advance(by: duration) }
            }
            var operation = bench.maintenance(window: .seconds(7_200), memory: memory) {
                $0.analyze = .off
                change(&$0)
            }
            operation.now = { clock.now }
            let report = try await operation.execute()
            bench.reporter.listen(nil)
            return report
        }

        @Test func `after its end nothing is begun, and what is left is said`() async throws {
            try await Workbench.with(Self.tables.counted) { bench in
                let tables: (inout MaintainJob) -> Void = { $0.tables = ["public.a", "public.b"].map { .init($0)! } }
                let report = try await maintain(bench, afterwards: .seconds(7_200), of: "VACUUM of public.a", tables)
                #expect(report.summary.prefix(2) == ["vacuum a done", "vacuum b left"])
                #expect(report.message == "1 step is left for the next run: the window is over")
                #expect(report.outcome == .succeeded)
                #expect(report.warnings == ["VACUUM of public.b: left, the window is over"])
                // A moment before it, it is begun.
                try await bench.psql(
                    ("INSERT INTO a SELECT * FROM generate_series(1, 9000); DELETE FROM a" as ServerText).counted)
                let other = try await maintain(bench, afterwards: .seconds(7_199), of: "VACUUM of public.a", tables)
                #expect(other.summary.prefix(2) == ["vacuum a done", "vacuum b done"])
            }
        }

        @Test func `a rebuild that does not fit into its rest is left, and none is measured after it`() async throws {
            try await Workbench.with(Self.tables.counted) { bench in
                let memory = RememberingMemory()
                let rebuilding: (inout MaintainJob) -> Void = { ($0.reindex, $0.reindexMinWasteInMiB) = (.bloated, 1) }
                try await bench.maintain(memory: memory) {
                    rebuilding(&$0)
                    ($0.vacuum, $0.analyze) = (.off, .off)
                }
                try await bench.psql("DELETE FROM i WHERE n % 5 <> 0")
                try await bench.psql(("VACUUM ANALYZE i; DELETE FROM a" as ServerText).counted)
                let short = try await maintain(
                    bench, afterwards: .milliseconds(7_199_800), of: "VACUUM of public.a", memory: memory, rebuilding)
                #expect(short.summary.contains("reindex i_n left"))
                #expect(short.message?.contains("the rest of the window is too short for it") == true)
            }
        }
    }
}
