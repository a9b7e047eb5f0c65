import Foundation
import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct AmcheckTests {
        /// Whether the suite's server has what it takes; where not, it is said and nothing is tried.
        private func isThere(_ bench: Workbench) async throws -> Bool {
            let extensions = try await bench.count(
                "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'")
            let programs = try await bench.context().tools.all(.pgAmcheck)
            if extensions == 0 || programs.isEmpty { print("not tried: this installation has no amcheck") }
            return extensions > 0 && !programs.isEmpty
        }

        private func database(_ bench: Workbench, _ connection: ConnectionInfo? = nil) async throws -> RestoredDatabase
        {
            let session = try await bench.openSession()
            let version = PostgresVersion(number: session.server.versionNumber)
            await session.close()
            return RestoredDatabase(
                connection: connection ?? bench.database, version: version, isInThrowAwayCluster: false)
        }

        private func run(_ bench: Workbench, _ connections: ConnectionInfo?...) async throws -> VerificationCheck {
            var databases: [RestoredDatabase] = []
            for connection in connections.isEmpty ? [nil] : connections {
                databases.append(try await database(bench, connection))
            }
            return try await AmcheckRun(
                context: bench.context(), databases: databases, jobs: 2, warnings: Warnings(reporter: bench.reporter)
            ).run()
        }

        @Test func `passes a sound database, and leaves the extension neither there nor in the inventory`() async throws
        {
            try await Workbench.with(
                "CREATE TABLE t (id int PRIMARY KEY, t text UNIQUE);"
                    + "INSERT INTO t SELECT n, n::text FROM generate_series(1, 2000) n; DROP SCHEMA IF EXISTS public2"
            ) { bench in
                guard try await isThere(bench) else { return }
                let report = try await bench.verify(try await bench.backUp()) {
                    $0.runsAmcheck = true
                    $0.server = nil
                }
                #expect(report.failures == [:])
                let check = try #require(report.checks.last)
                #expect(check.name == "amcheck" && check.verdict == .passed)
                #expect(check.found.hasPrefix("no fault in "))
                #expect(report.warnings == [])
                _ = try await run(bench)
                #expect(try await bench.count("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'") == 0)
            }
        }

        /// An index over a function that never gives the same twice: rows, counts and constraints are as dumped.
        @Test func `reads every database that it is given, and counts them together`() async throws {
            try await Workbench.with("CREATE TABLE t (id int)") { bench in
                guard try await isThere(bench) else { return }
                let one = try await run(bench).found.split(separator: " ").compactMap { Int($0) }
                let both = try await run(bench, nil, nil).found.split(separator: " ").compactMap { Int($0) }
                #expect(both == one.map { 2 * $0 } && one.count == 2)
                let none = try await AmcheckRun(
                    context: bench.context(), databases: [], jobs: 1, warnings: Warnings(reporter: bench.reporter)
                ).run()
                #expect(none.verdict == .skipped)
            }
        }

        @Test func `finds an index that does not hold what its table does`() async throws {
            try await Workbench.with(
                """
                CREATE FUNCTION wobbly(int) RETURNS int IMMUTABLE LANGUAGE sql
                    AS 'SELECT (pg_catalog.random() * 1000000000)::int';
                CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 500);
                CREATE INDEX unsound ON t (wobbly(id));
                """
            ) { bench in
                guard try await isThere(bench) else { return }
                let backup = try await bench.backUp()
                #expect(try await bench.verify(backup).outcome == .succeeded)
                let report = try await bench.verify(backup) { $0.runsAmcheck = true }
                #expect(report.outcome == .failed)
                #expect(Array(report.failures.keys) == ["amcheck"])
                let found = try #require(report.failures["amcheck"])
                #expect(found.hasPrefix("1 fault; btree index \""), "\(found)")
                #expect(found.contains("unsound") && found.contains("lacks matching index tuple"), "\(found)")
            }
        }

        @Test func `finds a heap with rows of a time that cannot be`() async throws {
            try await Workbench.with("CREATE TABLE t (id int); INSERT INTO t VALUES (1)") { bench in
                guard try await isThere(bench) else { return }
                #expect(try await run(bench).verdict == .passed)
                try await bench.psql(
                    "UPDATE pg_class SET relfrozenxid = pg_current_xact_id()::text::xid WHERE relname = 't'")
                let check = try await run(bench)
                #expect(check.verdict == .failed)
                #expect(check.details.first?.hasPrefix("heap table \"") == true, "\(check.details)")
                #expect(check.details.contains { $0.contains("freeze threshold") }, "\(check.details)")
            }
        }

        @Test func `is skipped with a warning where it takes a superuser`() async throws {
            try await Workbench.with("") { bench in
                guard try await isThere(bench) else { return }
                let role = "r_\(bench.database.database ?? "")"
                try await bench.psql("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
                let check = try await run(
                    bench, bench.database.with(user: role).with(password: Secret("x")))
                #expect(check.verdict == .skipped)
                #expect(check.details.first?.hasPrefix("it takes a superuser, and \(role) is none on ") == true)
                #expect(bench.reporter.warnings == ["amcheck was asked for, and not made: \(check.details.joined())"])
                try await bench.psql("DROP ROLE \(role)")
            }
        }

        @Test func `a fault in one database counts, whatever keeps another from being read`() async throws {
            try await Workbench.with("CREATE TABLE t (id int); INSERT INTO t VALUES (1)") { bench in
                guard try await isThere(bench) else { return }
                let role = "r_\(bench.database.database ?? "")"
                try await bench.psql("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
                let closed = bench.database.with(user: role).with(password: Secret("x"))
                #expect(try await run(bench, nil, closed).verdict == .skipped)
                try await bench.psql(
                    "UPDATE pg_class SET relfrozenxid = pg_current_xact_id()::text::xid WHERE relname = 't'")
                #expect(try await run(bench, nil, closed).verdict == .failed)
                #expect(bench.reporter.warnings.count == 2)
                try await bench.psql("DROP ROLE \(role)")
            }
        }

        @Test func `is skipped with a warning where the program is not installed`() async throws {
            try await Workbench.with("") { bench in
                let folder = try bench.folder.makeFolder("no programs")
                let context = bench.context()
                let bare = OperationContext(
                    runID: context.runID, clock: context.clock,
                    tools: ClientTools(binFolder: folder, environment: ProcessInfo.processInfo.environment),
                    reporter: context.reporter, logger: context.logger, version: context.version,
                    hostName: context.hostName, temporaryDirectory: context.temporaryDirectory)
                let check = try await AmcheckRun(
                    context: bare, databases: [try await database(bench)], jobs: 1,
                    warnings: Warnings(reporter: bench.reporter)
                ).run()
                #expect(check.verdict == .skipped)
                let reason = try #require(check.details.first)
                #expect(reason.hasPrefix("pg_amcheck of PostgreSQL ") && reason.contains(folder), "\(reason)")
                #expect(reason.contains("apt-get install postgresql-client-"), "\(reason)")
                #expect(bench.reporter.warnings.count == 1)
            }
        }
    }
}
