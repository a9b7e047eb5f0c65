import Foundation
import JobModel
import RunHistory
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops accept-clock`, with a history that ends in the future.
    @Suite struct AcceptClockTests {
        /// A history whose accounts of an hourly job reach four days ahead, with what a wrong clock has put there.
        private func place() async throws -> DaemonPlace {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job("nightly", "every = \"1h\""))
            let now = CivilTime(Date()).secondsSinceEpoch
            let hour = CivilTime(secondsSinceEpoch: (now / 3_600 + 96) * 3_600)
            let catalog = try await RunCatalog.open(directory: place.state, now: hour).catalog
            try await catalog.record([
                SchedulePromise(job: "nightly", schedule: "every 3600 s", since: hour, accountedThrough: hour)
            ])
            var generator = SystemRandomNumberGenerator()
            try await catalog.record([
                Run(
                    id: RunID(using: &generator), job: "nightly", kind: "backup", trigger: .schedule,
                    scheduledAt: hour, outcome: .missed, reason: .clock, host: "h:1:1")
            ])
            await catalog.close()
            return place
        }

        private func accept(_ place: DaemonPlace, _ arguments: String...) async throws -> DBOpsProcess.Result {
            try await place.workplace.run(["accept-clock", "--config", place.jobFile, "--json"] + arguments)
        }

        @Test func `a daemon that refuses the clock goes on when it is accepted`() async throws {
            let place = try await place()
            let daemon = try await place.start()
            try await waitUntil("the daemon refuses the clock") {
                daemon.standardError.contains("if it is right now, and was wrong then: dbops accept-clock")
            }
            let preview = try await accept(place, "--dry-run").objects()
            #expect(preview.first?["jobs"] as? [String] == ["nightly"])
            #expect(preview.first?.number("records_taken_back") == 1)
            let done = try await accept(place)
            #expect(done.exitCode == 0, "\(done)")
            #expect(try await place.runs("(clock)").map { $0.text("outcome") } == ["succeeded"])
            #expect(try await place.runs("nightly").isEmpty)
            #expect(try await accept(place).objects().first?["jobs"] as? [String] == [])
            await place.stop(daemon)
        }

        @Test func `a history that is not there is not made`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("accept-clock", "--state", "\(workplace.folder)/none")
            #expect(result.exitCode == 69, "\(result)")
            #expect(!FileManager.default.fileExists(atPath: "\(workplace.folder)/none"))
        }
    }
}
