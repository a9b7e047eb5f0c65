import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// A daemon whose clock jumps: a library between it and the kernel makes it believe so.
    @Suite(.enabled(if: FalseClock.library != nil, "libfaketime is not installed"))
    struct ClockTests {
        @Test func `a clock that jumps forward leaves a record of all that was missed, and one run makes up for it`()
            async throws
        {
            let place = try await DaemonPlace()
            let clock = try FalseClock(in: place.workplace, "+0")
            try place.write(place.head + DaemonPlace.job("hourly", "every = \"10m\"\ncatch_up = \"one\""))
            let daemon = try await place.start(environment: clock.environment, launcher: FalseClock.launcher)
            try clock.set("+5h")
            let run = try await place.waitForRun("the run that makes up for them") { $0.text("outcome") == "succeeded" }
            #expect(run.number("missed_firings") ?? 0 > 25)
            await place.stop(daemon)
            let runs = try await place.runs("hourly")
            let missed = runs.filter { $0.text("outcome") == "missed" }
            #expect(Double(missed.count) == run.number("missed_firings"))
            try await place.expectWholeAccounts(of: "hourly", every: 600)
        }

        @Test func `a clock that was set back by hours is believed, and told of`() async throws {
            let place = try await DaemonPlace()
            let clock = try FalseClock(in: place.workplace, "+6h")
            try place.write(place.head + DaemonPlace.job("often", "every = \"2s\""))
            let daemon = try await place.start(environment: clock.environment, launcher: FalseClock.launcher)
            try await place.waitForRun("a run") { $0.text("outcome") == "succeeded" }
            try clock.set("+0")
            try await waitUntil("it is told") { daemon.standardError.contains("The clock was set back") }
            let instant = Date().timeIntervalSince1970
            try await place.waitForRun("a run by the clock as it is now") {
                let due = $0.text("scheduled_at").flatMap { ISO8601DateFormatter().date(from: $0) }
                return $0.text("outcome") == "succeeded"
                    && due.map { abs($0.timeIntervalSince1970 - instant) < 3_600 } == true
            }
            await place.stop(daemon)
        }

        @Test func `a clock that cannot be right starts nothing`() async throws {
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
