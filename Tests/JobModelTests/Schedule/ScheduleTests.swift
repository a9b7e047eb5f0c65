import JobModel
import Testing

@Suite struct `a schedule` {
    private let start = CivilTime(secondsSinceEpoch: 1_800_000_000)

    private func nightly(_ job: String = "nightly", spread: Duration = .zero) throws -> Schedule {
        let expression = try CronExpression(parsing: "0 2  * * *")
        let zone = try ZoneDatabase().rules(named: "Europe/Berlin")
        return try #require(Schedule(job: job, trigger: .cron(expression), zone: zone, spread: spread))
    }

    @Test(arguments: [JobTrigger.none, .after("nightly"), .every(seconds: 0), .every(seconds: -5)])
    func `is there for times alone`(trigger: JobTrigger) {
        #expect(Schedule(job: "a", trigger: trigger, zone: .utc) == nil)
    }

    @Test func `counts from the epoch`() throws {
        let schedule = try #require(Schedule(job: "a", trigger: .every(seconds: 420), zone: .utc))
        let firings = Array(
            schedule.firings(after: CivilTime(secondsSinceEpoch: 419), through: CivilTime(secondsSinceEpoch: 1_260)))
        #expect(firings.map(\.secondsSinceEpoch) == [420, 840, 1_260])
        #expect(schedule.nextFiring(after: CivilTime(secondsSinceEpoch: -1))?.secondsSinceEpoch == 0)
        #expect(schedule.nextFiring(after: CivilTime(secondsSinceEpoch: -421))?.secondsSinceEpoch == -420)
    }

    @Test func `ends its firings with the end`() throws {
        let schedule = try nightly()
        let first = try #require(schedule.nextFiring(after: start))
        #expect(Array(schedule.firings(after: start, through: first)) == [first])
        #expect(Array(schedule.firings(after: first, through: first)) == [])
        #expect(
            Array(schedule.firings(after: start, through: CivilTime(secondsSinceEpoch: first.secondsSinceEpoch - 1)))
                == [])
    }

    /// The hash must never change: another offset would be another promise.
    @Test(arguments: [("nightly", 458), ("shop", 41), ("", 437)])
    func `moves a job by the same offset for ever`(job: String, seconds: Int) throws {
        let offset = try nightly(job, spread: .seconds(600)).offset
        #expect(offset == .seconds(seconds))
    }

    @Test func `moves jobs within their spread, each by its own offset`() throws {
        let offsets = try (0..<200).map { try nightly("job-\($0)", spread: .seconds(60)).offset }
        #expect(offsets.allSatisfy { $0 >= .zero && $0 < .seconds(60) })
        #expect(Set(offsets).count > 50)
    }

    @Test func `moves every firing, and misses none`() throws {
        let plain = try nightly()
        let moved = try nightly(spread: .seconds(100_000))
        let offset = Int(moved.offset.components.seconds)
        #expect(offset > 0)
        let end = CivilTime(secondsSinceEpoch: start.secondsSinceEpoch + 864_000)
        let earlier = CivilTime(secondsSinceEpoch: start.secondsSinceEpoch - offset)
        let earlierEnd = CivilTime(secondsSinceEpoch: end.secondsSinceEpoch - offset)
        #expect(
            moved.firings(after: start, through: end).map(\.secondsSinceEpoch)
                == plain.firings(after: earlier, through: earlierEnd).map { $0.secondsSinceEpoch + offset })
    }

    @Test func `has a text that names what its instants depend on`() throws {
        #expect(try nightly().text == "0 2 * * * in Europe/Berlin")
        #expect(try nightly(spread: .seconds(600)).text == "0 2 * * * in Europe/Berlin +458 s")
        #expect(Schedule(job: "a", trigger: .every(seconds: 900), zone: .utc)?.text == "every 900 s")
    }
}
