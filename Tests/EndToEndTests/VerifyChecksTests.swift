import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What a verification looks at because a job file or an option asks for it.
    @Suite struct VerifyChecksTests {
        private func workplace(_ verify: String) async throws -> Workplace {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: "[daemon]\ntimezone = \"UTC\"\nstate = \"state\"\n"
                    + JobFileText.job(of: server.text(database), "")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n\(verify)\n")
            let made = try await workplace.runJobFile("backup", "now", "nightly", "--json")
            try #require(made.exitCode == 0, "\(made)")
            return workplace
        }

        private func checks(_ report: [String: Any]?) throws -> [String: String] {
            let checks = try #require(report?["checks"] as? [[String: Any]])
            return Dictionary(checks.map { ($0.text("name") ?? "", $0.text("verdict") ?? "") }) { first, _ in first }
        }

        @Test func `a verify job asks what the job file says, and its dry run lists it`() async throws {
            let workplace = try await workplace(
                """
                checks = [
                  { name = "it is there", sql = "select count(*) from pg_class", at_least = 1 },
                  { name = "never so", sql = "select 1", equals = 2 },
                ]
                time_budget = "10h"
                """)
            let planned = try await workplace.runJobFile("run", "prove", "--dry-run", "--json").objects().first
            #expect((planned?["checks"] as? [[String: Any]])?.map { $0.text("expected") } == ["at least 1", "2"])
            #expect(planned?.number("time_budget_seconds") == 36_000)
            let listed = try await workplace.runJobFile("run", "prove", "--dry-run")
            #expect(listed.standardOutput.contains("Check \"never so\": expects 2"), "\(listed)")

            let result = try await workplace.runJobFile("run", "prove")
            #expect(result.exitCode == 65, "\(result)")
            #expect("\(result)".contains("failed the check never so: expected 2, found 1"), "\(result)")
            let run = try #require(try await workplace.runJobFile("runs", "prove", "--json").objects().first)
            let log = try await workplace.runJobFile("log", try #require(run.text("run")), "--json").objects()
            let report = log.lazy.compactMap { $0["report"] as? [String: Any] }.first
            let verdicts = try checks(report)
            #expect(verdicts["never so"] == "failed")
            #expect(verdicts["it is there"] == "passed")
            #expect(verdicts["time budget"] == "passed")
            let list = try await workplace.runJobFile("list", "nightly", "--json").objects()
            #expect(list.first?["verified_at"] is NSNull)
        }

        @Test func `restore --verify takes checks by option, and those of the job file for a job`() async throws {
            let workplace = try await workplace("checks = [{ name = \"of the file\", sql = \"select true\" }]")
            let result = try await workplace.runJobFile(
                "restore", "--verify", "nightly@latest", "--json", "--time-budget", "2h", "--check",
                "two=select 1 + 1 = 2", "--check", "none=select count(*) = 0 from pg_class")
            #expect(result.exitCode == 65, "\(result)")
            let verdicts = try checks(try result.objects().first)
            #expect(verdicts["of the file"] == "passed")
            #expect(verdicts["two"] == "passed")
            #expect(verdicts["none"] == "failed")
            #expect(verdicts["time budget"] == "passed")
            #expect(verdicts["amcheck"] == nil)
        }

        @Test(arguments: [
            (["--check", "select 1"], "--check takes NAME=SQL"),
            (["--check", "a=delete from t"], "begins with DELETE, and a check is a SELECT"),
            (["--check", "rows=select 1"], "every verification has a check called \"rows\""),
            (["--check", "a=select 1", "--check", "a=select 2"], "Two checks are called \"a\""),
            (["--check-database", "shop"], "--check-database goes with --check"),
            (["--time-budget", "soon"], "--time-budget takes a duration such as 30m or 1h, not \"soon\""),
        ])
        func `an option that cannot be meant is refused`(_ test: (options: [String], words: String)) async throws {
            let result = try await Workplace().run(["restore", "--verify", "somewhere"] + test.options)
            expect(result, failsWith: 64, saying: test.words)
        }

        @Test func `options of proofs go with proofs`() async throws {
            let result = try await Workplace().run(
                "restore", "somewhere", "--into", "postgresql:///x", "--amcheck")
            expect(result, failsWith: 64, saying: "go with --verify")
        }
    }
}
