import Foundation
import JobModel
import RunHistory
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops run` as a pod of a CronJob does it.
    @Suite struct CronJobRunTests {
        private let due = CivilTime(secondsSinceEpoch: Int(Date().timeIntervalSince1970) / 60 * 60)
        private var name: String { "dbops-nightly-\(due.secondsSinceEpoch / 60)" }

        private func workplace(_ more: String = "") async throws -> Workplace {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: "[daemon]\nstate = \"state\"\n"
                    + JobFileText.job(of: server.text(database), "schedule = \"0 2 * * *\"") + more)
            return workplace
        }

        private func runs(_ workplace: Workplace) async throws -> [[String: Any]] {
            try await workplace.runJobFile("runs", "--json").objects()
        }

        @Test func `the instant in the Job's name is on record, and runs once`() async throws {
            let workplace = try await workplace()
            let first = try await workplace.runJobFile("run", "nightly", "--cronjob-run", name)
            #expect(first.exitCode == 0, "\(first)")
            let run = try #require(try await runs(workplace).first)
            #expect(run.text("scheduled_at") == due.text)
            #expect(run.text("trigger") == "schedule")
            let second = try await workplace.runJobFile("run", "nightly", "--cronjob-run", name)
            #expect(second.exitCode == 75, "\(second)")
        }

        @Test func `a Job that somebody made runs by hand`() async throws {
            let workplace = try await workplace()
            let result = try await workplace.runJobFile("run", "nightly", "--cronjob-run", "dbops-nightly-now")
            #expect(result.exitCode == 0, "\(result)")
            #expect(try await runs(workplace).first?.text("trigger") == "manual")
        }

        @Test func `a chain runs what follows, and tells of each`() async throws {
            let workplace = try await workplace(
                """
                [jobs.prove]
                kind = "verify"
                of = "nightly"
                after = "nightly"
                [jobs.tidy]
                kind = "prune"
                after = "prove"
                paused = true
                """)
            let result = try await workplace.runJobFile("run", "nightly", "--chain", "--cronjob-run", name, "--json")
            #expect(result.exitCode == 0, "\(result)")
            #expect(try result.objects().map { $0.text("job") } == ["nightly", "prove"])
            #expect(result.standardError.contains("tidy is paused"))
            let backup = try #require(try await runs(workplace).first { $0.text("job") == "nightly" })
            let proof = try #require(try await runs(workplace).first { $0.text("job") == "prove" })
            #expect(proof.text("trigger") == "after")
            #expect(proof.text("scheduled_at") == backup.text("ended_at"))
        }

        @Test func `a chain ends with what failed, and says so by its code`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: "[daemon]\nstate = \"state\"\n" + JobFileText.job(of: "host=\(workplace.folder) dbname=shop")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nafter = \"nightly\"\n")
            let result = try await workplace.runJobFile("run", "nightly", "--chain", "--json")
            #expect(result.exitCode == 69, "\(result)")
            #expect(try result.objects().count == 1)
        }

        @Test(arguments: [nil as RunOutcome?, .interrupted, .cancelled])
        func `another pod of the Job makes up for one that is gone`(outcome: RunOutcome?) async throws {
            let workplace = try await workplace()
            try await keep(outcome, host: "\(name)-x7k2p:7:4711", workplace)
            let result = try await workplace.runJobFile("run", "nightly", "--cronjob-run", name)
            #expect(result.exitCode == 0, "\(result)")
            let all = try await runs(workplace)
            #expect(Set(all.compactMap { $0.text("outcome") }) == ["succeeded", outcome?.rawValue ?? "interrupted"])
            let made = try #require(all.first { $0.text("outcome") == "succeeded" })
            #expect(made.text("trigger") == "catch-up")
        }

        @Test(arguments: [("elsewhere:7:4711", RunOutcome?.none), ("NAME-x7k2p:7:4711", .some(.failed))])
        func `nobody makes up for another host, or for what ended by itself`(
            host: String, outcome: RunOutcome?
        ) async throws {
            let workplace = try await workplace()
            try await keep(outcome, host: host.replacing("NAME", with: name), workplace)
            let result = try await workplace.runJobFile("run", "nightly", "--cronjob-run", name)
            #expect(result.exitCode == 75, "\(result)")
            #expect(try await runs(workplace).count == 1)
        }

        /// A run of the instant in the history.
        private func keep(_ outcome: RunOutcome?, host: String, _ workplace: Workplace) async throws {
            let catalog = try await RunCatalog.open(directory: "\(workplace.folder)/state", now: due).catalog
            var generator = SystemRandomNumberGenerator()
            let run = Run(
                id: RunID(using: &generator), job: "nightly", kind: "backup", trigger: .schedule, scheduledAt: due,
                startedAt: due, host: host)
            #expect(try await catalog.claim([run]) == [run.id])
            if let outcome {
                var ended = run
                ended.outcome = outcome
                ended.endedAt = due
                try await catalog.update(ended)
            }
            await catalog.close()
        }

        @Test(arguments: [
            ["--cronjob-run", "a-1", "--scheduled-at", "2026-11-21T01:00:00Z"], ["--chain", "--dry-run"],
        ])
        func `options that contradict each other are refused`(options: [String]) async throws {
            let result = try await Workplace().run(["run", "nightly"] + options)
            #expect(result.exitCode == 64, "\(result)")
        }
    }
}
