import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct ContentChecksCheckTests {
        private func job(_ checks: [ContentCheck]) -> VerifyJob {
            var job = VerifyJob(of: "nightly")
            job.checks = checks
            return job
        }

        private func findings(_ checks: [ContentCheck], _ bench: Workbench) async throws -> [String] {
            try await ContentChecksCheck(
                context: bench.context(), connection: bench.database, jobs: [("prove", job(checks))]
            ).run().map { "\($0.level) \($0.subject): \($0.message)" }
        }

        private func query(_ name: String, _ sql: String) -> ContentCheck {
            ContentCheck(name: name, question: .query(sql: sql, .isTrue))
        }

        @Test func `says before the night which check cannot be asked, and runs none`() async throws {
            try await Workbench.with(
                """
                CREATE TABLE t (at timestamptz);
                CREATE FUNCTION fails() RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''it was run''; END';
                """
            ) { bench in
                let fresh = ContentCheck(
                    name: "fresh", question: .freshness(.init(table: "t", column: "at", maxAge: .seconds(1))))
                let good = [query("never run", "select fails()"), fresh]
                let found = try await findings(good, bench)
                #expect(found == ["good job prove: 2 checks of its own can be asked"])
                var stale = fresh
                stale.question = .freshness(.init(table: "t", column: "ad", maxAge: .seconds(1)))
                #expect(
                    try await findings(good + [query("typo", "select count(*) from ordrs"), stale], bench) == [
                        "warning job prove: the check \"typo\" would fail: an error of the server: relation \"ordrs\" "
                            + "does not exist (SQLSTATE 42P01)",
                        "warning job prove: the check \"fresh\" would fail: no column of this name in the table",
                    ])
                #expect(try await findings([], bench) == [])
            }
        }

        @Test func `a server that is not there is a finding`() async throws {
            try await Workbench.with("") { bench in
                let check = ContentChecksCheck(
                    context: bench.context(), connection: bench.database.with(database: "not_there"),
                    jobs: [("prove", job([query("a", "select true")]))])
                let findings = try await check.run()
                #expect(findings.count == 1 && findings.allSatisfy(\.isFault))
            }
        }
    }
}
