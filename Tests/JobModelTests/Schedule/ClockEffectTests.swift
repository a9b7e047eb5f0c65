import JobModel
import Testing

/// New York goes from 02:00 to 03:00 on 2027-03-14, and back on 2027-11-07; Havana does so at midnight.
@Suite struct `the effects of clock changes` {
    private let start = CivilTime(rfc3339: "2026-11-21T00:00:00Z") ?? CivilTime(secondsSinceEpoch: 0)

    private func effects(_ text: String, in zone: String = "America/New_York", days: Int = 400) throws -> [ClockEffect]
    {
        let trigger = JobTrigger.cron(try CronExpression(parsing: text))
        let rules = try ZoneDatabase().rules(named: zone)
        return try #require(Schedule(job: "a", trigger: trigger, zone: rules)).clockEffects(from: start, days: days)
    }

    @Test(arguments: [
        ("*/15 2 * * *", "America/New_York", ["skipped 2027-03-14"]),
        ("0 */2 * * *", "America/New_York", ["skipped 2027-03-14"]),
        ("*/15 1 * * *", "America/New_York", ["doubled 2027-11-07"]),
        ("30 2 * * *", "America/New_York", ["moved 2027-03-14"]),
        ("0,30 2 * * *", "America/New_York", ["moved 2027-03-14"]),
        ("0 0-23 * * *", "America/New_York", ["skipped 2027-11-07"]),
        ("0,15,30,45 0-12 * * *", "America/New_York", ["skipped 2027-11-07"]),
        ("0 0 * * *", "America/Havana", ["moved 2027-03-14"]),
        ("0 */3 * * *", "America/Havana", ["skipped 2027-03-14", "doubled 2027-11-07"]),
        ("15 2 * * 0", "Australia/Lord_Howe", ["moved 2027-10-03"]),
    ])
    func `are told with their dates`(text: String, zone: String, expected: [String]) throws {
        #expect(try effects(text, in: zone).map { "\($0.kind.rawValue) \($0.date.text)" } == expected)
    }

    @Test(arguments: [
        ("* * * * *", "America/New_York"), ("*/15 * * * *", "America/New_York"), ("0 * * * *", "America/New_York"),
        ("30 1 * * *", "America/New_York"), ("0 3 * * *", "America/New_York"), ("0 2 1 * *", "America/New_York"),
        ("0 2 * * 1", "America/New_York"), ("0 */3 * * *", "America/New_York"), ("30 2 * * *", "UTC"),
        ("*/15 2 * * *", "Asia/Kolkata"), ("0,30 1-4 * * *", "America/New_York"),
    ])
    func `are none where the pace is as ever`(text: String, zone: String) throws {
        #expect(try effects(text, in: zone) == [])
    }

    @Test func `say what happens and what to write`() throws {
        let lost = try #require(try effects("*/15 2 * * *").first)
        #expect(lost.message.hasPrefix("on 2027-03-14 this job will not run: "))
        #expect(lost.message.contains("*/15 2 * * *"))
        #expect(lost.instant.text == "2027-03-14T07:00:00Z")
        let partly = try #require(try effects("0 */2 * * *").first)
        #expect(partly.message.hasPrefix("on 2027-03-14 this job will not run at 02:00: "))
        let silent = try #require(try effects("0 0-23 * * *").first)
        #expect(silent.message.contains("skips 01:00-01:59"))
        #expect(silent.message.hasSuffix("write 0 * * * *"))
        let moved = try #require(try effects("0,30 2 * * *").first)
        #expect(moved.message.contains("will run at 03:00 in place of 02:00, 02:30"))
        let doubled = try #require(try effects("*/10 1 * * *").first)
        #expect(doubled.message.contains("will run twice at 01:00, 01:10, 01:20, 01:30, …: "))
    }

    /// What is foretold is what happens: the firings of the day, by themselves.
    @Test func `agree with the firings`() throws {
        let zone = try ZoneDatabase().rules(named: "America/New_York")
        func count(_ text: String, on date: String) throws -> Int {
            let expression = try CronExpression(parsing: text)
            return expression.firings(6_000, after: start, in: zone).count { zone.localDate(at: $0).text == date }
        }
        #expect(try count("*/15 2 * * *", on: "2027-03-14") == 0)
        #expect(try count("*/15 1 * * *", on: "2027-11-07") == 8)
        #expect(try count("0,30 2 * * *", on: "2027-03-14") == 1)
        #expect(try count("0 0-23 * * *", on: "2027-03-14") == 23)
        #expect(try count("0 * * * *", on: "2027-03-14") == 23)
    }

    @Test func `are told as far as one asks`() throws {
        #expect(try effects("30 2 * * *", days: 100) == [])
        #expect(try effects("30 2 * * *", days: 800).map(\.date.text) == ["2027-03-14", "2028-03-12"])
    }

    @Test func `leave out the day that a place does not have`() throws {
        let before = try #require(CivilTime(rfc3339: "2011-12-01T00:00:00Z"))
        let schedule = Schedule(
            job: "a", trigger: .cron(try CronExpression(parsing: "0 12 * * *")),
            zone: try ZoneDatabase().rules(named: "Pacific/Apia"))
        let effect = try #require(schedule?.clockEffects(from: before, days: 60).first)
        #expect(effect.kind == .skipped)
        #expect(effect.date.text == "2011-12-30")
    }

    @Test func `do not reach what counts from the epoch`() throws {
        let zone = try ZoneDatabase().rules(named: "America/New_York")
        #expect(Schedule(job: "a", trigger: .every(seconds: 60), zone: zone)?.clockEffects(from: start) == [])
    }
}
