import Foundation
import JobModel
import Operations
import Postgres
import RunHistory
import TestSupport
import Testing

extension EndToEndTests {
    /// The history as users and scripts read it.
    @Suite struct RunsTests {
        private static let runs: [Run] = {
            var succeeded = Run.example(due: 0).ended(.succeeded, at: 95)
            succeeded.plan = "{\"tables\": [\"a_b\", 1.5, null, true]}"
            succeeded.report = "3 tables"
            var skipped = Run.example(due: 60, outcome: .skipped, reason: .overlap)
            skipped.message = "the run before it lives\u{1B}[31m still\nsecond line"
            return [
                succeeded, skipped, .example(job: "prove", due: nil, started: 120).ended(.failed, at: 130),
                .example(due: 180),
            ]
        }()

        /// A history in `workplace`, as a daemon leaves it.
        private func keepHistory(_ workplace: Workplace) async throws -> String {
            let state = "\(workplace.folder)/state"
            let catalog = try await RunCatalog.open(directory: state, now: .example(0)).catalog
            try await fill(catalog)
            await catalog.close()
            return state
        }

        private func fill(_ ledger: any RunLedger) async throws {
            for run in Self.runs { try await ledger.update(run) }
            try await ledger.append(
                [
                    RunLogLine(at: .example(1), level: "info", text: "3 tables\u{7}"),
                    RunLogLine(at: .example(2), level: "warning", text: "one is large"),
                ], to: Self.runs[0].id)
        }

        private func ids(_ result: DBOpsProcess.Result) throws -> [String] {
            try #require(result.exitCode == 0, "\(result)")
            return try result.objects().compactMap { $0["run"] as? String }
        }

        private func names(_ indexes: [Int]) -> [String] { indexes.map { Self.runs[$0].id.description } }

        @Test func `runs shows what was due, what became of it, and why`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.succeed("runs", "--state", try await keepHistory(workplace))
            let lines = result.lines
            #expect(lines.count == 5)
            #expect(lines[0].split(separator: " ") == ["RUN", "JOB", "DUE", "STARTED", "TOOK", "OUTCOME", "WHY"])
            #expect(lines[1].contains("running") && lines[1].contains("2026-11-21T02:03:00Z"))
            #expect(lines[2].contains("by hand") && lines[2].contains("10.0 s") && lines[2].contains("failed"))
            #expect(lines[3].hasSuffix("skipped    overlap: the run before it lives?[31m still"))
            #expect(lines[4].contains("95.0 s") && lines[4].contains("succeeded"))
            #expect(!result.standardOutput.contains("\u{1B}"))
        }

        @Test(arguments: [
            ([], [3, 2, 1, 0]), (["nightly"], [3, 1, 0]), (["--outcome", "failed,skipped"], [2, 1]),
            (["--outcome", "running"], [3]), (["--outcome", "running,failed"], [3, 2]), (["--limit", "1"], [3]),
            (["--since", "2026-11-21T02:01:00Z", "--until", "2026-11-21T02:03:00Z"], [2, 1]),
            (["--until", "2026-11-21"], []), (["--since", "2026-11-21", "prove"], [2]),
            (["--since", "52000w"], [3, 2, 1, 0]),
        ])
        func `runs filters`(_ options: [String], _ expected: [Int]) async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let result = try await workplace.run(["runs", "--state", state, "--json"] + options)
            #expect(try ids(result) == names(expected))
        }

        @Test func `runs gives scripts every key`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.succeed("runs", "--state", try await keepHistory(workplace), "--json")
            let objects = try result.objects()
            let keys: Set<String> = [
                "run", "job", "kind", "trigger", "scheduled_at", "started_at", "ended_at", "seconds", "outcome",
                "reason", "message", "host", "attempts", "missed_firings",
            ]
            for object in objects { #expect(Set(object.keys) == keys) }
            #expect(objects[0]["outcome"] is NSNull)
            #expect(objects[2].text("reason") == "overlap")
            #expect(objects[3].number("seconds") == 95)
            #expect(objects[3].text("scheduled_at") == "2026-11-21T02:00:00Z")
        }

        @Test func `log shows a run by the beginning of its name`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let name = Self.runs[0].id.description
            let result = try await workplace.succeed("log", String(name.prefix(8)), "--state", state)
            let text = result.standardOutput
            for part in [
                "run            \(name)\n", "took           95.0 s\n", "outcome        succeeded\n", "\nPLAN\n",
                "\"a_b\"", "\nREPORT\n  3 tables\n", "\nLOG\n",
                "  2026-11-21T02:00:01Z  info     3 tables?\n  2026-11-21T02:00:02Z  warning  one is large\n",
            ] {
                #expect(text.contains(part), "no \(part) in \(text)")
            }
        }

        @Test func `log shows the newest run of a job`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let result = try await workplace.succeed("log", "nightly@latest", "--state", state)
            #expect(result.standardOutput.contains("run            \(Self.runs[3].id)\n"))
            let unknown = try await workplace.run("log", "nobody@latest", "--state", state)
            expect(unknown, failsWith: 69, saying: "no run \"nobody@latest\"")
        }

        @Test func `log gives scripts plan, report and lines`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let result = try await workplace.succeed("log", Self.runs[0].id.description, "--state", state, "--json")
            let object = try #require(try result.objects().first)
            #expect(result.lines.count == 1)
            #expect(object.text("run") == Self.runs[0].id.description)
            #expect((object["plan"] as? [String: Any])?["tables"] as? NSArray == ["a_b", 1.5, NSNull(), true])
            #expect(object.text("report") == "3 tables")
            let log = try #require(object["log"] as? [[String: Any]])
            #expect(log.map { $0.text("level") } == ["info", "warning"])
            #expect(log[1].text("at") == "2026-11-21T02:00:02Z")
        }

        @Test func `log asks for more of a name that several runs share`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let result = try await workplace.run("log", "", "--state", state)
            expect(result, failsWith: 64, saying: "several runs", "more of the name", Self.runs[3].id.description)
            let unknown = try await workplace.run("log", "1", "--state", state)
            expect(unknown, failsWith: 69, saying: "no run \"1\"", "dbops runs")
        }

        @Test func `where there is no history nothing is made`() async throws {
            let workplace = try Workplace()
            let state = "\(workplace.folder)/nowhere"
            for arguments in [["runs"], ["log", "abc"]] {
                let result = try await workplace.run(arguments + ["--state", state])
                expect(result, failsWith: 69, saying: state, "first run of a job")
            }
            #expect(!FileManager.default.fileExists(atPath: state))
        }

        @Test func `looking leaves no file behind`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let before = Workplace.files(below: state)
            try await workplace.succeed("runs", "--state", state)
            #expect(Workplace.files(below: state) == before)
        }

        @Test func `a damaged history is told and left alone`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let garbage = Data("this is no database, but a text that somebody has put here".utf8)
            try garbage.write(to: URL(fileURLWithPath: "\(state)/dbops.sqlite"))
            let result = try await workplace.run("runs", "--state", state, "--json")
            expect(result, failsWith: 65, saying: "damaged", "\(state)/dbops.sqlite")
            #expect(try result.objects().first?.text("category") == "damaged")
            #expect(FileManager.default.contents(atPath: "\(state)/dbops.sqlite") == garbage)
        }

        @Test(arguments: [
            ["runs", "--outcome", "lost"], ["runs", "--since", "yesterday"], ["runs", "--limit", "0"], ["log"],
            ["runs", "--state", "postgresql://dbops:secret@localhost/dbops"],
        ])
        func `a wrong option is a usage error`(_ arguments: [String]) async throws {
            let result = try await Workplace().run(arguments)
            #expect(result.exitCode == 64)
            #expect(!result.standardError.contains("secret"))
        }

        @Test func `the job file says where the history is`() async throws {
            let workplace = try Workplace()
            let state = try await keepHistory(workplace)
            let file = "\(workplace.folder)/dbops.toml"
            try "[daemon]\nstate = \"\(state)\"\n".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try ids(try await workplace.run("runs", "--config", file, "--json")).count == 4)
        }

        @Test func `a shared history is read from its server`() async throws {
            let server = try await ServerPool.current.server()
            let info = server.cluster.connectionInfo.with(database: try await server.makeDatabase())
            let workplace = try Workplace()
            let missing = try await workplace.run("runs", "--state", info.displayText)
            expect(missing, failsWith: 69, saying: "no run history", "first run of a job")
            let ledger = PostgresLedger(info, for: .keeping)
            try await fill(ledger)
            await ledger.close()
            let result = try await workplace.run("runs", "--state", info.displayText, "--json")
            #expect(try ids(result) == names([3, 2, 1, 0]))
            let log = try await workplace.succeed("log", Self.runs[0].id.description, "--state", info.displayText)
            #expect(log.standardOutput.contains("one is large"))
        }
    }
}
