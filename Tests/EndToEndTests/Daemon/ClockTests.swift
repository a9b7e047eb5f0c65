import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// A daemon whose clock is wrong, or that slept.
    @Suite struct ClockTests {
        @Test func `what was missed in a sleep is on record, and one run makes up for it`() async throws {
            let place = try await DaemonPlace()
            try place.write(
                place.head.replacing("[daemon]", with: "[daemon]\ngrace = \"1s\"")
                    + DaemonPlace.job("often", "every = \"1s\"\ncatch_up = \"one\""))
            let daemon = try await place.start()
            try await place.waitForRun("a run") { $0.text("outcome") == "succeeded" }
            daemon.send(SIGSTOP)
            try await Task.sleep(for: .seconds(7))
            daemon.send(SIGCONT)
            let run = try await place.waitForRun("the run that makes up for them") {
                $0.number("missed_firings") ?? 0 >= 4 && $0.text("outcome") == "succeeded"
            }
            await place.stop(daemon)
            let missed = try await place.runs("often").filter { $0.text("outcome") == "missed" }
            #expect(Double(missed.count) >= run.number("missed_firings") ?? .infinity)
            try await place.expectWholeAccounts(of: "often", every: 1)
        }

        @Test(.enabled(if: FalseClock.library != nil, "libfaketime is not installed"))
        func `a clock that cannot be right starts nothing`() async throws {
            let place = try await DaemonPlace()
            let clock = try FalseClock(in: place.workplace, "@2020-01-01 00:00:00")
            try place.write(place.head + DaemonPlace.job())
            let daemon = try await place.start(environment: clock.environment, launcher: FalseClock.launcher)
            try await waitUntil("it is told") { daemon.standardError.contains("before this dbops was made") }
            #expect(try await place.runs().isEmpty)
            await place.stop(daemon)
        }
    }
}
