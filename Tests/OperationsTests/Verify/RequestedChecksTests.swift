import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct RequestedChecksTests {
        private func asks(
            _ sql: String, _ expectation: ContentCheck.Expectation = .isTrue, named name: String = "own"
        ) -> ContentCheck {
            ContentCheck(name: name, question: .query(sql: sql, expectation))
        }

        private func number(_ text: String) throws -> ContentCheck.Literal {
            .number(try #require(ExactDecimal(text)))
        }

        /// The verdicts of a verification on the suite's server, and what each check found.
        private func ask(
            _ checks: [ContentCheck], of bench: Workbench, inThrowAwayCluster: Bool = false
        ) async throws -> [String] {
            var numbered = checks
            for index in numbered.indices { numbered[index].name = "\(index)" }
            let report = try await bench.verify(try await bench.backUp()) {
                $0.checks = numbered
                if inThrowAwayCluster { $0.server = nil }
            }
            let own = report.checks.filter { Int($0.name) != nil }
            #expect(own.map(\.name) == numbered.map(\.name))
            let fails = own.contains { $0.verdict == .failed }
            #expect(report.outcome == (fails ? .failed : .succeeded))
            return own.map { "\($0.verdict) \($0.found)" }
        }

        private func holds(_ found: String, _ parts: String...) {
            for part in parts { #expect(found.contains(part), "\(found)") }
        }

        // MARK: - Queries

        @Test func `asks the restored database, and goes on after a failure and after an error`() async throws {
            try await Workbench.with(
                """
                CREATE TABLE t (id int PRIMARY KEY, price numeric(40, 2), took interval, at timestamptz);
                INSERT INTO t SELECT n, n + 0.10, n * interval '1 hour', '2026-01-01Z' FROM generate_series(1, 30) n;
                """
            ) { bench in
                let found = try await ask(
                    [
                        asks("select count(*) = 30 from t"), asks("select count(*) = 29 from t; -- not so"),
                        asks("select count(*) from ordrs"), asks("select 1/(id - id) from t"),
                        asks("select sum(price) from t", .equals(try number("468"))),
                        asks("select count(*) from t", .within(atLeast: try number("31"), atMost: nil)),
                        asks("select max(took) from t", .within(atLeast: .text("1 day"), atMost: .text("30:00:00"))),
                        asks("select max(took) from t", .within(atLeast: .text("2 days"), atMost: nil)),
                        asks("select max(at) from t", .within(atLeast: .text("2026-01-01 01:00+01"), atMost: nil)),
                        asks("select max(at) from t", .within(atLeast: .text("soon"), atMost: nil)),
                        asks("table t"), asks("select id > 0 from t"), asks("select true from t where false"),
                        asks("select null::bool"), asks("select a.n = 1 from (select 1 as n, 2 as n2) a order by 1"),
                    ], of: bench)
                #expect(
                    found == [
                        "passed true", "failed false",
                        "failed an error of the server: relation \"ordrs\" does not exist (SQLSTATE 42P01)",
                        "failed an error of the server: division by zero (SQLSTATE 22012)", "passed 468.00",
                        "failed 30", "passed 30:00:00", "failed 30:00:00", "passed 2026-01-01 00:00:00+00",
                        "failed an error of the server: invalid input syntax for type timestamp with time zone: "
                            + "\"soon\" (SQLSTATE 22007)",
                        "failed 4 columns in place of one", "failed more than one row", "failed no row", "failed NULL",
                        "passed true",
                    ])
            }
        }

        @Test func `lets a check change nothing, and take no longer than it may`() async throws {
            try await Workbench.with(
                """
                CREATE TABLE t (id int); CREATE SEQUENCE s;
                CREATE FUNCTION adds() RETURNS bool LANGUAGE sql AS 'INSERT INTO t VALUES (1); SELECT true';
                """
            ) { bench in
                var slow = asks("select pg_sleep(60) is null")
                slow.timeout = .seconds(1)
                let found = try await ask(
                    [
                        asks("select adds()"), asks("select nextval('s') = 1"), slow,
                        asks("with gone as (delete from t returning 1) select count(*) = 0 from gone"),
                        asks("select count(*) = 0 from t"),
                    ], of: bench)
                holds(found[0], "failed", "cannot execute INSERT in a read-only transaction")
                holds(found[1], "failed", "permission denied for sequence s")
                #expect(found[2] == "failed no answer within 1s")
                holds(found[3], "failed", "must be at the top level")
                #expect(found[4] == "passed true")
            }
        }

        @Test func `names and values are as the database has them`() async throws {
            try await Workbench.with(
                "CREATE SCHEMA \"the app\"; CREATE TABLE \"the app\".t (at timestamptz);"
                    + "INSERT INTO \"the app\".t VALUES ('2026-07-01 12:00Z')"
            ) { bench in
                let name = ServerText(bench.database.database ?? "").quotedAsIdentifier
                try await bench.psql(
                    """
                    ALTER DATABASE \(name) SET search_path TO "the app", public;
                    ALTER DATABASE \(name) SET TimeZone TO 'Europe/Berlin';
                    ALTER DATABASE \(name) SET DateStyle TO 'SQL, DMY';
                    ALTER DATABASE \(name) SET app.tenant TO 'acme';
                    """)
                let found = try await ask(
                    [
                        asks("select at from t", .equals(.text("01/07/2026 14:00:00 CEST"))),
                        asks("select current_setting('app.tenant')", .equals(.text("acme"))),
                        asks("select now() - current_setting('dbops.snapshot_time')::timestamptz < '1 day'"),
                    ], of: bench)
                #expect(found == ["passed 01/07/2026 14:00:00 CEST", "passed acme", "passed true"])
            }
        }

        @Test func `in a throw-away cluster a role asks that can read everything and do nothing else`() async throws {
            try await Workbench.with(
                """
                CREATE SCHEMA closed; CREATE TABLE closed.t (id int); INSERT INTO closed.t VALUES (1), (2);
                ALTER TABLE closed.t ENABLE ROW LEVEL SECURITY; ALTER TABLE closed.t FORCE ROW LEVEL SECURITY;
                REVOKE ALL ON SCHEMA closed FROM PUBLIC;
                """
            ) { bench in
                let found = try await ask(
                    [
                        asks("select count(*) = 2 from closed.t"),
                        asks("select not rolsuper and not rolcreatedb from pg_roles where rolname = session_user"),
                        asks("select pg_read_file('PG_VERSION') is not null"),
                        asks("select set_config('role', 'postgres', false) is not null"),
                        asks("select count(*) = 1 from pg_roles where rolname like 'dbops%'"),
                    ], of: bench, inThrowAwayCluster: true)
                #expect(found[0...1] == ["passed true", "passed true"])
                holds(found[2], "failed", "permission denied for function pg_read_file")
                holds(found[3], "failed", "permission denied to set role")
                #expect(found[4] == "passed true")
            }
        }

        @Test func `on a server that was named a superuser reads as one who may do nothing else`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let found = try await ask([asks("select current_user", .equals(.text("pg_read_all_data")))], of: bench)
                #expect(found == ["passed pg_read_all_data"])
                try await bench.psql("ALTER TABLE t ENABLE ROW LEVEL SECURITY")
                let hidden = try await ask([asks("select count(*) = 0 from t")], of: bench)
                #expect(hidden == ["passed true"])
                let roles = try await bench.count("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dbops\\_check%'")
                #expect(roles == 0)
            }
        }

        @Test func `refuses what is no query before anything is restored`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                let error = await #expect(throws: ContentCheckError.self) {
                    try await bench.verify(backup) { $0.checks = [asks("drop table t", named: "wrong")] }
                }
                #expect(
                    error?.message == "the SQL of the check \"wrong\" begins with DROP, and a check is a SELECT")
                #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
            }
        }

        @Test func `a failed check takes the proof away, and is in the evidence and the history`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                let report = try await bench.verify(backup) {
                    $0.checks = [asks("select count(*) from t", .equals(.flag(true)), named: "has rows")]
                    $0.timeBudget = .seconds(3_600)
                }
                #expect(report.outcome == .failed)
                #expect(report.failures == ["has rows": "0, which is neither true nor false"])
                #expect(report.checks.map(\.name).suffix(2) == ["has rows", "time budget"])
                #expect(report.checks.last?.verdict == .passed)
                #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
                let history = try VerificationJobReport(report).json()
                holds(
                    history,
                    #"{"expected":"true","found":"0, which is neither true nor false","name":"has rows","verdict":"failed"}"#
                )
            }
        }

        @Test func `names both times where a restore took longer than it may`() async throws {
            try await Workbench.with("CREATE TABLE t (id int PRIMARY KEY)") { bench in
                let backup = try await bench.backUp()
                let report = try await bench.verify(backup) { $0.timeBudget = .milliseconds(1) }
                #expect(report.outcome == .failed)
                #expect(Array(report.failures.keys) == ["time budget"])
                holds(try #require(report.failures["time budget"]), "restored in ", "definitions ", "indexes")
            }
        }

        @Test func `what was asked for is skipped, by name, where the restore failed`() async throws {
            try await Workbench.with("CREATE TABLE t (id int); CREATE INDEX t_id ON t (id)") { bench in
                let backup = try await bench.backUp()
                let copy = try BackupCopy(of: backup, bench, name: "broken")
                try copy.change("toc.dat") { bytes in
                    let place = try #require(bytes.firstRange(of: Array("t_id ON public.t".utf8)))
                    bytes.replaceSubrange(place, with: Array("t_id ON public.x".utf8))
                }
                try copy.recomputeManifest()
                var settings = VerifySettings()
                settings.server = bench.cluster.connectionInfo
                settings.checks = [asks("select true")]
                settings.runsAmcheck = true
                settings.timeBudget = .seconds(1)
                let report = try await VerifyOperation(
                    context: bench.context(), source: try await BackupSource.open(copy.folder, in: copy.store),
                    settings: settings
                ).execute()
                #expect(
                    report.checks.suffix(3).map { "\($0.name) \($0.verdict) \($0.details)" } == [
                        "own skipped [\"an earlier check failed\"]", "amcheck skipped [\"an earlier check failed\"]",
                        "time budget skipped [\"an earlier check failed\"]",
                    ])
            }
        }
    }
}
