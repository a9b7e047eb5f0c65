import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// Daemons on several hosts that share a job file and a history in PostgreSQL.
    @Suite struct SharedHistoryTests {
        @Test func `each instant is started by one of them, and the rest goes on when one is killed`() async throws {
            let place = try await DaemonPlace()
            let history = try await place.server.makeDatabase()
            let state = place.server.ownerURLWithoutPassword(history, port: place.server.port)
            let password = ["PGPASSWORD": TestServer.ownerPassword]
            try place.write(
                place.head.replacing(place.state, with: state)
                    + DaemonPlace.job("often", "every = \"1s\"") + DaemonPlace.job("seldom", "every = \"2s\""))
            let first = try await place.start(environment: password)
            let second = try await place.start(environment: password)

            func runs() async throws -> [[String: Any]] {
                var dbops = place.workplace.dbops
                dbops.environment.merge(password) { $1 }
                let result = try await dbops.run(["runs", "--state", state, "--json", "--limit", "100000"])
                return try result.exitCode == 0 ? result.objects() : []
            }
            func succeeded(by daemon: RunningProgram) async throws -> Int {
                try await runs().count {
                    $0.text("outcome") == "succeeded" && $0.text("host")?.contains(":\(daemon.processID):") == true
                }
            }
            try await waitUntil("both work") {
                let (one, other) = (try await succeeded(by: first), try await succeeded(by: second))
                return one + other > 5 && other > 0
            }
            first.send(SIGKILL)
            _ = await first.ending()
            let before = try await succeeded(by: second)
            try await waitUntil("the other goes on") { try await succeeded(by: second) > before + 3 }
            await place.stop(second)

            for (job, step) in [("often", 1), ("seldom", 2)] {
                let instants = try await runs().filter { $0.text("job") == job }.compactMap { run in
                    run.text("scheduled_at").flatMap { ISO8601DateFormatter().date(from: $0) }
                        .map { Int($0.timeIntervalSince1970) }
                }.sorted()
                let begin = try #require(instants.first)
                let end = try #require(instants.last)
                #expect(instants == Array(stride(from: begin, through: end, by: step)), "\(job)")
            }
        }
    }
}
