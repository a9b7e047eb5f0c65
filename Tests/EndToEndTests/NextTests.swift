import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops next` as people and scripts use it.
    @Suite struct NextTests {
        @Test func `an expression's firings are printed for scripts`() async throws {
            let result = try await Workplace().succeed(
                "next", "--expression", "0 2 * * *", "--timezone", "Europe/Berlin", "--after", "2026-03-28T00:00:00Z",
                "--count", "3", "--json")
            #expect(result.lines.count == 1)
            #expect(result.standardError == "")
            let object = try #require(try result.objects().first)
            #expect(
                object["next"] as? [String]
                    == ["2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"])
            #expect(
                object["next_local"] as? [String]
                    == ["2026-03-28T02:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"])
            #expect(object["timezone"] as? String == "Europe/Berlin")
            #expect(object["warnings"] as? [String] == [])
            #expect(object["clock_effects"] == nil)
        }

        @Test func `an expression's firings are printed for people`() async throws {
            let result = try await Workplace().succeed(
                "next", "--expression", "*/7 * * * *", "--count", "2", "--after", "2026-11-21T12:00:00+01:00")
            #expect(result.lines.count == 4)
            #expect(result.lines.first == "*/7 * * * * in UTC")
            #expect(result.lines.last == "  Sat  2026-11-21T11:14:00+00:00  2026-11-21T11:14:00Z")
            #expect(result.standardError.hasPrefix("Warning: */7 "))
        }

        @Test func `the next firings from now on are five, and lie ahead`() async throws {
            let now = Date()
            let result = try await Workplace().succeed("next", "--expression", "@hourly", "--json")
            let next = try #require(try result.objects().first?["next"] as? [String])
            let instants = next.compactMap { ISO8601DateFormatter().date(from: $0) }
            #expect(instants.count == 5)
            #expect(instants.allSatisfy { $0 > now })
            #expect(zip(instants, instants.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 3_600 })
        }

        @Test func `clock changes are explained`() async throws {
            let workplace = try Workplace()
            let arguments = [
                "next", "--expression", "*/15 2 * * *", "--timezone", "America/New_York", "--after",
                "2026-11-21T00:00:00Z",
                "--count", "1", "--explain",
            ]
            let result = try await workplace.run(arguments)
            #expect(result.exitCode == 0)
            #expect(result.lines.last?.hasPrefix("on 2027-03-14 this job will not run") == true)
            let object = try #require(try await workplace.run(arguments + ["--json"]).objects().first)
            let effects = try #require(object["clock_effects"] as? [[String: Any]])
            #expect(effects.map { $0["kind"] as? String } == ["skipped"])
            #expect(effects.map { $0["date"] as? String } == ["2027-03-14"])
        }

        @Test(arguments: [
            (["--expression", "0 0 30 2 *"], "never fires"), (["--expression", "0 0 0 1 1 *"], "30s"),
            (["--expression", "0 25 * * *"], "the hour field"), (["--expression", ""], "is empty"),
            (["--expression", "0 0 * * *", "--timezone", "CST"], "\"CST\" is not the IANA name"),
            (["--expression", "0 0 * * *", "--timezone", "Europe/Berln"], "Did you mean Europe/Berlin?"),
            (["--expression", "0 0 * * *", "--timezone", "../../etc/passwd"], "is not the IANA name"),
            (["--expression", "0 0 * * *", "--after", "tomorrow"], "\"tomorrow\" is not an instant"),
        ])
        func `what is wrong is named`(_ arguments: [String], _ word: String) async throws {
            let workplace = try Workplace()
            expect(try await workplace.run(["next"] + arguments), failsWith: 64, saying: word)
            let failure = try await workplace.run(["next", "--json"] + arguments)
            #expect(failure.exitCode == 64)
            #expect(try failure.objects().first?["category"] as? String == "usage")
        }

        @Test(arguments: [["--expression", "0 0 * * *", "--count", "0"], ["--timezone", "UTC"]])
        func `what was typed wrongly is refused`(_ arguments: [String]) async throws {
            let result = try await Workplace().run(["next"] + arguments)
            #expect(result.exitCode == 64)
            #expect(result.standardOutput == "")
            #expect(result.standardError.contains("--"))
        }

        @Test func `a machine without zone files is told what to install`() async throws {
            let workplace = try Workplace()
            var dbops = workplace.dbops
            dbops.environment["TZDIR"] = "\(workplace.folder)/nowhere"
            let arguments = ["next", "--expression", "0 0 * * *", "--timezone"]
            expect(try await dbops.run(arguments + ["Europe/Berlin"]), failsWith: 69, saying: "tzdata", "nowhere")
            #expect(try await dbops.run(arguments + ["UTC"]).exitCode == 0)
        }
    }
}
