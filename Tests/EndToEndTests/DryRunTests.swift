import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops run JOB --dry-run`, and what the history keeps of a run's plan.
    @Suite struct DryRunTests {
        /// A workplace with a job of each kind, and a backup in its store.
        private func workplace() async throws -> (workplace: Workplace, backup: String) {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: "[daemon]\ntimezone = \"UTC\"\nstate = \"state\"\n"
                    + JobFileText.job(of: server.text(database), "retention = { last = 1 }\nrequire_verified = false")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n"
                    + "[jobs.tidy]\nkind = \"prune\"\nof = \"nightly\"\n")
            let made = try await workplace.runJobFile("backup", "now", "nightly", "--json")
            try #require(made.exitCode == 0, "\(made)")
            return (workplace, try #require(try made.objects().last?.text("backup")))
        }

        private func files(_ workplace: Workplace) -> [String] {
            Workplace.files(below: workplace.store)
        }

        @Test(arguments: ["nightly", "prove", "tidy"])
        func `a dry run of any kind of job changes no store and leaves no record`(_ job: String) async throws {
            let (workplace, _) = try await workplace()
            let before = files(workplace)
            let result = try await workplace.runJobFile("run", job, "--dry-run")
            #expect(result.exitCode == 0, "\(result)")
            #expect(!result.standardOutput.isEmpty)
            #expect(files(workplace) == before)
            #expect(try await workplace.runJobFile("runs", "--json").objects().count == 1)
        }

        @Test func `a dry run says what would be copied, proven and deleted`() async throws {
            let (workplace, backup) = try await workplace()
            let copied = try await workplace.runJobFile("run", "nightly", "--dry-run", "--json").objects()
            #expect((copied.first?["tables"] as? [Any])?.isEmpty == false)
            let proven = try await workplace.runJobFile("run", "prove", "--dry-run", "--json").objects()
            #expect(proven.map { $0.text("backup") } == [backup])
            #expect(proven.first?.text("server")?.hasPrefix("a throw-away cluster") == true)
            let pruned = try await workplace.runJobFile("run", "tidy", "--dry-run", "--json").objects()
            #expect(pruned.map { $0.text("backup") } == [backup])
            #expect(pruned.map { $0.text("action") } == ["keep"])
        }

        @Test func `a dry run of a proof without a backup says that there is none`() async throws {
            let (workplace, _) = try await workplace()
            try FileManager.default.removeItem(atPath: workplace.store)
            try FileManager.default.createDirectory(atPath: workplace.store, withIntermediateDirectories: true)
            let result = try await workplace.runJobFile("run", "prove", "--dry-run")
            expect(result, failsWith: 69, saying: "no backup of the job nightly", "dbops backup now nightly")
        }

        @Test func `a dry run has no instant to put on record`() async throws {
            let (workplace, _) = try await workplace()
            let result = try await workplace.runJobFile(
                "run", "nightly", "--dry-run", "--scheduled-at", "2026-11-21T01:00:00Z")
            expect(result, failsWith: 64, saying: "--scheduled-at")
        }

        @Test func `the history keeps what a verification and a prune were going to do`() async throws {
            let (workplace, backup) = try await workplace()
            for job in ["prove", "tidy"] {
                let result = try await workplace.runJobFile("run", job)
                try #require(result.exitCode == 0, "\(result)")
            }
            var plans: [String: [String: Any]] = [:]
            for run in try await workplace.runJobFile("runs", "--json").objects() {
                let id = try #require(run.text("run"))
                let log = try await workplace.runJobFile("log", id, "--json").objects()
                plans[try #require(run.text("job"))] = log.first?["plan"] as? [String: Any]
            }
            #expect(plans["prove"]?.text("backup") == backup)
            let stores = try #require(plans["tidy"]?["stores"] as? [[String: Any]])
            #expect(stores.map { $0.text("url") } == ["file://\(workplace.store)"])
            #expect(stores.first?["delete"] as? [String] == [])
        }
    }
}
