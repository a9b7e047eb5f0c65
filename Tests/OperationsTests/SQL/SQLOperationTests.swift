import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct SQLOperationTests {
        private func run(
            _ bench: Workbench, _ sql: String, _ mode: SQLJob.Mode = .transaction, on connection: ConnectionInfo? = nil,
            _ change: (inout SQLJob) -> Void = { _ in }
        ) async throws -> JobResult {
            var job = SQLJob(database: "shop", source: .text(sql))
            job.mode = mode
            job.batches.pause = .zero
            change(&job)
            return try await operation(bench, job, on: connection).execute()
        }

        private func operation(
            _ bench: Workbench, _ job: SQLJob, on connection: ConnectionInfo? = nil
        ) -> SQLOperation {
            SQLOperation(
                context: bench.context(), connection: connection ?? bench.database, name: "tidy", job: job)
        }

        private func report(_ result: JobResult) throws -> [String: Any] {
            let json = try JSONSerialization.jsonObject(with: Data(try #require(result.report).utf8))
            return try #require(json as? [String: Any])
        }

        // MARK: - One transaction

        @Test func `runs all statements of a file, and reports each with its rows`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let file = "\(bench.folder.path)/load.sql"
                try
                    "\u{FEFF}-- load\nINSERT INTO t\n VALUES (1), (2);\r\n\r\nUPDATE t SET n = n + 1 WHERE n > 'x'::text::int;"
                    .replacing("'x'::text::int", with: "'1'::text::int")
                    .write(toFile: file, atomically: true, encoding: .utf8)
                let result = try await run(bench, "") { $0.source = .file(file) }
                #expect(result.outcome == .succeeded)
                #expect(try await bench.count("SELECT sum(n) FROM t") == 4)
                let report = try report(result)
                let statements = try #require(report["statements"] as? [[String: Any]])
                #expect(statements.map { $0["place"] as? String } == ["\(file):2", "\(file):5"])
                #expect(statements.map { $0["rows"] as? Int } == [2, 1])
                #expect(statements.map { $0["command"] as? String } == ["INSERT", "UPDATE"])
                // No values in reports, plans and logs.
                #expect(statements[1]["statement"] as? String == "UPDATE t SET n = n + 1 WHERE n >…")
                #expect(report["rows"] as? Int == 3)
                #expect(report["effect"] as? String == "committed")
            }
        }

        @Test func `refreshes a materialized view, and holds it to the check`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT 1 AS n; CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM t;
                INSERT INTO t VALUES (2)
                """
            try await Workbench.with(script) { bench in
                let result = try await run(bench, "REFRESH MATERIALIZED VIEW v") {
                    $0.expectation.check = "SELECT n = 2 FROM v"
                }
                #expect(result.outcome == .succeeded, "\(result)")
            }
        }

        @Test func `a statement that fails undoes those before it, and is named by its place`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let result = try await run(bench, "INSERT INTO t VALUES (1);\n\nINSERT INTO missing VALUES ('secret')")
                #expect(result.outcome == .failed)
                let message = try #require(result.message)
                #expect(message.hasPrefix("sql:3: relation \"missing\" does not exist"), "\(message)")
                #expect(!message.contains("secret"))
                #expect(try await bench.count("SELECT count(*) FROM t") == 0)
                #expect(try report(result)["effect"] as? String == "undone")
                #expect(try report(result)["statements_done"] as? Int == 1)
            }
        }

        @Test func `a constraint that waits for the end fails the run`() async throws {
            let script: ServerText = "CREATE TABLE t (n int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)"
            try await Workbench.with(script) { bench in
                let result = try await run(bench, "INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)")
                #expect(result.outcome == .failed)
                #expect(result.message?.contains("duplicate key") == true)
                #expect(try await bench.count("SELECT count(*) FROM t") == 0)
            }
        }

        @Test(
            arguments: [
                (2, 2, nil, nil), (3, nil, nil, "the rows are 2, but should be at least 3; what"),
                (nil, 1, nil, "the rows are 2, but should be at most 1; what"),
                (5, 5, nil, "the rows are 2, but should be 5"), (nil, nil, "SELECT count(*) = 2 FROM t", nil),
                (nil, nil, "SELECT count(*) = 3 FROM t", "the check gave false, not true"),
                (nil, nil, "SELECT NULL::boolean", "the check gave null"),
                (nil, nil, "SELECT true FROM t", "the check gave 2 rows"),
                (nil, nil, "SELECT 'words'", "the check gave something else"),
                (nil, nil, "SELECT 1 / 0", "check: division by zero"),
            ] as [(Int?, Int?, String?, String?)])
        func `what must hold is looked at before the commit`(
            minimum: Int?, maximum: Int?, check: String?, complaint: String?
        ) async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let result = try await run(bench, "INSERT INTO t VALUES (1), (2)") {
                    $0.expectation.minRows = minimum
                    $0.expectation.maxRows = maximum
                    $0.expectation.check = check
                }
                #expect(result.outcome == (complaint == nil ? .succeeded : .failed))
                #expect(try await bench.count("SELECT count(*) FROM t") == (complaint == nil ? 2 : 0))
                if let complaint { #expect(result.message?.contains(complaint) == true, "\(result.message ?? "")") }
            }
        }

        @Test(arguments: [SQLJob.Mode.transaction, .autocommit])
        func `no statement that writes may touch more rows, wherever it stands`(_ mode: SQLJob.Mode) async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT generate_series(1, 5) AS n") { bench in
                let result = try await run(bench, "DELETE FROM t;\nINSERT INTO t VALUES (7);\nSELECT 1", mode) {
                    $0.expectation.maxRows = 4
                }
                #expect(result.outcome == .failed)
                #expect(result.message?.contains("the rows are 5, but should be at most 4") == true, "\(result)")
                #expect(try await bench.count("SELECT count(*) FROM t") == (mode == .transaction ? 5 : 0))
                let read = try await run(bench, "SELECT generate_series(1, 9);\nSELECT 1", mode) {
                    $0.expectation.maxRows = 4
                }
                #expect(read.outcome == .succeeded, "\(read)")
            }
        }

        @Test func `a connection that is lost during the commit leaves open whether it was done`() async throws {
            // The server ends our session in the midst of COMMIT, by a trigger that waits for the end.
            let script: ServerText = """
                CREATE TABLE t (n int);
                CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                  FOR EACH ROW EXECUTE FUNCTION leave();
                """
            try await Workbench.with(script) { bench in
                let result = try await run(bench, "INSERT INTO t VALUES (1)")
                #expect(result.outcome == .partial)
                #expect(result.message?.contains("it is not known whether it was done") == true, "\(result)")
                #expect(try report(result)["effect"] as? String == "unknown")
                #expect(!result.isWorthRetrying)
                let batches = try await run(bench, "INSERT INTO t SELECT 1", .batches)
                #expect(batches.outcome == .partial)
                #expect(try report(batches)["effect"] as? String == "unknown")
                #expect(try report(batches)["rows"] as? Int == 0)
            }
        }

        @Test func `read-only jobs cannot write, and names are found by the role's own path`() async throws {
            let script: ServerText = "CREATE SCHEMA own; CREATE TABLE own.t (n int)"
            try await Workbench.with(script) { bench in
                let connection = bench.database.with("options", "-c search_path=own")
                let refused = try await run(bench, "INSERT INTO t VALUES (1)", on: connection) { $0.isReadOnly = true }
                #expect(refused.message?.contains("read-only transaction") == true, "\(refused)")
                #expect(try await run(bench, "INSERT INTO t VALUES (1)", on: connection).outcome == .succeeded)
            }
        }

        @Test func `a lock that somebody holds ends the wait`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; LOCK TABLE t")
                let result = try await run(bench, "UPDATE t SET n = 1") { $0.lockTimeout = .milliseconds(50) }
                #expect(result.outcome == .failed)
                #expect(result.category == .tryLater)
                await other.close()
            }
        }

        @Test func `a run beside another one of the same job does nothing`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let other = try await bench.openSession()
                try await other.execute("SELECT pg_advisory_lock(\(SQLOperation.lockKey(job: "tidy")))")
                let error = try await #require(throws: LockError.self) {
                    _ = try await run(bench, "INSERT INTO t VALUES (1)")
                }
                #expect(error.isHeldByOther)
                #expect(try await bench.count("SELECT count(*) FROM t") == 0)
                await other.close()
            }
        }

        // MARK: - One by one

        @Test func `what cannot run in a transaction runs by itself`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let sql = "CREATE INDEX CONCURRENTLY i ON t (n);\nVACUUM (ANALYZE) t;\nINSERT INTO t VALUES (2)"
                let inside = try await run(bench, sql)
                #expect(inside.outcome == .failed)
                #expect(inside.message?.hasSuffix("Set mode = \"autocommit\".") == true, "\(inside)")
                let alone = try await run(bench, sql, .autocommit) { $0.expectation.maxRows = 1 }
                #expect(alone.outcome == .succeeded, "\(alone)")
                #expect(try await bench.count("SELECT count(*) FROM pg_indexes WHERE indexname = 'i'") == 1)
            }
        }

        @Test func `statements before the one that fails stay, and the report says which`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let result = try await run(
                    bench, "INSERT INTO t VALUES (1); SELECT 1/0; INSERT INTO t VALUES (2)", .autocommit)
                #expect(result.outcome == .failed)
                #expect(try await bench.count("SELECT sum(n) FROM t") == 1)
                #expect(try report(result)["statements_done"] as? Int == 1)
            }
        }

        @Test func `a transaction that the script leaves open is undone`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let open = try await run(bench, "BEGIN; INSERT INTO t VALUES (1)", .autocommit)
                #expect(open.outcome == .failed)
                #expect(open.message?.contains("ends inside of a transaction") == true)
                #expect(try await bench.count("SELECT count(*) FROM t") == 0)
                let closed = try await run(bench, "BEGIN; INSERT INTO t VALUES (1); COMMIT", .autocommit)
                #expect(closed.outcome == .succeeded)
            }
        }

        @Test func `what the server warns of is in the report`() async throws {
            try await Workbench.with("CREATE TABLE t (n int)") { bench in
                let result = try await run(bench, "DO $$BEGIN RAISE NOTICE 'quiet'; RAISE WARNING 'loud'; END$$")
                #expect(try report(result)["warnings"] as? [String] == ["loud"])
                #expect(bench.reporter.warnings == ["loud"])
            }
        }

        // MARK: - Batches

        private let backfill = """
            UPDATE t SET done = true WHERE n IN (SELECT n FROM t WHERE NOT done ORDER BY n LIMIT 10)
            """
        private let hundred: ServerText = """
            CREATE TABLE t AS SELECT n, false AS done FROM generate_series(1, 95) n
            """

        @Test func `a backfill goes on in transactions of its own until no row is left`() async throws {
            try await Workbench.with(hundred) { bench in
                let result = try await run(bench, backfill, .batches) {
                    $0.expectation.check = "SELECT bool_and(done) FROM t"
                    $0.expectation.minRows = 95
                    $0.expectation.maxRows = 95
                }
                #expect(result.outcome == .succeeded, "\(result)")
                let report = try report(result)
                #expect(report["batches"] as? Int == 10)
                #expect(report["rows"] as? Int == 95)
                #expect(try await bench.count("SELECT count(DISTINCT xmin::text) FROM t") == 10)
            }
        }

        @Test func `too many batches end the run in part, and the next run goes on`() async throws {
            try await Workbench.with(hundred) { bench in
                let first = try await run(bench, backfill, .batches) { $0.batches.limit = 3 }
                #expect(first.outcome == .partial)
                #expect(first.message?.contains("3 batches (max_batches) have touched 30 rows") == true)
                #expect(try await bench.count("SELECT count(*) FROM t WHERE done") == 30)
                let second = try await run(bench, backfill, .batches)
                #expect(second.outcome == .succeeded)
                #expect(try report(second)["rows"] as? Int == 65)
            }
        }

        @Test func `the batch that would touch too many rows is undone`() async throws {
            try await Workbench.with(hundred) { bench in
                let result = try await run(bench, backfill, .batches) { $0.expectation.maxRows = 25 }
                #expect(result.outcome == .failed)
                #expect(result.message?.contains("at most 25") == true)
                #expect(try await bench.count("SELECT count(*) FROM t WHERE done") == 20)
            }
        }

        @Test func `a statement that never says that no row is left is refused`() async throws {
            try await Workbench.with(hundred) { bench in
                let result = try await run(
                    bench, "WITH gone AS (DELETE FROM t RETURNING 1) SELECT count(*) FROM gone", .batches)
                #expect(result.outcome == .failed)
                #expect(result.category == .configuration)
                #expect(try await bench.count("SELECT count(*) FROM t") == 95)
            }
        }

        @Test func `a batch that meets a lock is tried again`() async throws {
            try await Workbench.with(hundred) { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; UPDATE t SET n = n WHERE n = 25")
                bench.reporter.listen { event in
                    guard case .note(let text) = event, text.contains("tried again") else { return }
                    // In the midst of the batch's pause.
                    Task { await other.close() }
                }
                let result = try await run(bench, backfill, .batches) { $0.lockTimeout = .milliseconds(50) }
                #expect(result.outcome == .succeeded, "\(result)")
                #expect(try report(result)["rows"] as? Int == 95)
            }
        }

        @Test func `a run that is stopped keeps the batches that were committed`() async throws {
            try await Workbench.with(hundred) { bench in
                let other = try await bench.openSession()
                try await other.execute("BEGIN; UPDATE t SET n = n WHERE n = 25")
                var job = SQLJob(database: "shop", source: .text(backfill))
                job.mode = .batches
                job.batches.pause = .zero
                job.lockTimeout = .zero
                let operation = operation(bench, job)
                let run = Task { try await operation.execute() }
                try await waitUntil("the batch does not wait") {
                    try await bench.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0
                }
                run.cancel()
                await #expect(throws: CancellationError.self) { try await run.value }
                #expect(bench.reporter.notes.last == "stopped: 2 batches, 20 rows")
                await other.close()
                #expect(try await bench.count("SELECT count(*) FROM t WHERE done") == 20)
            }
        }

        // MARK: - Standbys

        @Test func `skips a standby, unless the job only reads`() async throws {
            try await ScratchCluster.with { primary in
                try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", on: primary) { bench in
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let connection = standby.with(database: bench.database.database ?? "")
                        let skipped = try await run(bench, "INSERT INTO t VALUES (2)", on: connection)
                        #expect(skipped.outcome == .skipped)
                        #expect(skipped.reason == .standby)
                        let read = try await run(bench, "SELECT * FROM t", on: connection) {
                            $0.isReadOnly = true
                            $0.onStandby = .run
                            $0.expectation.minRows = 1
                        }
                        #expect(read.outcome == .succeeded, "\(read)")
                    }
                }
            }
        }

        // MARK: - Giving way

        /// Looks often, and holds batches back for a standby that is a MiB behind.
        private var impatient: SQLThrottle {
            var throttle = SQLThrottle(pollInterval: .microseconds(1))
            throttle.limits.replayLagBytes.pause = 1 << 20
            return throttle
        }

        @Test func `batches wait while the database is being copied, and statements do not`() async throws {
            try await Workbench.with(hundred) { bench in
                let leader = try await Session.open(bench.database, applicationName: "dbops backup 0123456789ab")
                try await leader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
                #expect(try await run(bench, "UPDATE t SET n = n WHERE n = 1").outcome == .succeeded)
                var job = SQLJob(database: "shop", source: .text(backfill))
                (job.mode, job.batches.pause, job.batches.maxPause) = (.batches, .zero, .seconds(2))
                var operation = operation(bench, job)
                operation.throttle = impatient
                let held = try await operation.execute()
                #expect(held.outcome == .failed && held.category == .tryLater && held.isWorthRetrying)
                #expect(held.message?.contains("being copied by \"dbops backup 0123456789ab\"") == true, "\(held)")
                #expect(try (report(held)["pauses"] as? [Any])?.isEmpty == false)
                #expect(try await bench.count("SELECT count(*) FROM t WHERE done") == 0)

                bench.reporter.listen { event in
                    guard case .note(let text) = event, text.hasPrefix("waiting") else { return }
                    Task { await leader.close() }
                }
                job.batches.maxPause = .seconds(600)
                operation = self.operation(bench, job)
                operation.throttle = impatient
                let next = try await operation.execute()
                #expect(next.outcome == .succeeded)
                #expect(try report(next)["rows"] as? Int == 95)
            }
        }

        @Test func `batches wait for a standby that is far behind, and end in part`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n, repeat('x', 1000) AS text, false AS done FROM generate_series(1, 10000) n
                """
            try await ScratchCluster.with { primary in
                try await Workbench.with(script, on: primary) { bench in
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let session = try await Session.open(standby, applicationName: "test")
                        try await session.execute("SELECT pg_wal_replay_pause()")
                        let update = backfill.replacing("LIMIT 10", with: "LIMIT 1000")
                        var job = SQLJob(database: "shop", source: .text(update))
                        (job.mode, job.batches.pause, job.batches.maxPause) = (.batches, .zero, .seconds(2))
                        var operation = operation(bench, job)
                        operation.throttle = impatient
                        let held = try await operation.execute()
                        #expect(held.outcome == .partial && held.category == .partial)
                        #expect(held.message?.contains("a standby is") == true, "\(held)")
                        let done = try await bench.count("SELECT count(*) FROM t WHERE done")
                        #expect(done > 0 && done < 10_000)
                        #expect(try report(held)["rows"] as? Int == done)
                        try await session.execute("SELECT pg_wal_replay_resume()")
                        await session.close()
                        let next = try await operation.execute()
                        #expect(next.outcome == .succeeded)
                        #expect(try report(next)["rows"] as? Int == 10_000 - done)
                    }
                }
            }
        }
    }
}
