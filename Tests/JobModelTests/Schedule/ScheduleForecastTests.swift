import JobModel
import Testing

@Suite struct `the forecast of collisions` {
    private let start = CivilTime(rfc3339: "2026-11-21T00:00:00Z") ?? CivilTime(secondsSinceEpoch: 0)

    private func job(_ name: String, _ text: String, _ duration: Duration?) throws -> ScheduleForecast.Job {
        let trigger = JobTrigger.cron(try CronExpression(parsing: text))
        let schedule = try #require(Schedule(job: name, trigger: trigger, zone: .utc))
        return ScheduleForecast.Job(name: name, schedule: schedule, usualDuration: duration)
    }

    private func collisions(_ jobs: [ScheduleForecast.Job]) -> [String] {
        ScheduleForecast(of: jobs, from: start).collisions.map {
            "\($0.starting) during \($0.running) from \($0.first.text), \($0.count) times"
        }
    }

    @Test func `finds a job that starts while another usually runs`() throws {
        let jobs = [try job("nightly", "0 2 * * *", .seconds(5_400)), try job("vacuum", "0 3 * * *", .seconds(600))]
        #expect(collisions(jobs) == ["vacuum during nightly from 2026-11-21T03:00:00Z, 400 times"])
        #expect(collisions(jobs.reversed()) == collisions(jobs))
    }

    @Test func `lets a job begin when the other is over`() throws {
        #expect(
            collisions([try job("a", "0 2 * * *", .seconds(3_600)), try job("b", "0 3 * * *", .seconds(60))]) == [])
    }

    @Test func `finds jobs that start together once`() throws {
        let jobs = [try job("short", "0 2 * * *", .seconds(60)), try job("long", "0 2 * * *", .seconds(600))]
        #expect(collisions(jobs) == ["short during long from 2026-11-21T02:00:00Z, 400 times"])
    }

    @Test func `needs one duration of two`() throws {
        #expect(collisions([try job("a", "0 2 * * *", nil), try job("b", "0 2 * * *", nil)]) == [])
        #expect(collisions([try job("a", "0 2 * * *", nil), try job("b", "0 2 * * *", .seconds(1))]).count == 1)
    }

    @Test func `does not tell a job that it meets itself`() throws {
        #expect(collisions([try job("a", "* * * * *", .seconds(600))]) == [])
    }

    @Test func `sees runs beyond midnight, and meetings that come once a year`() throws {
        let jobs = [try job("late", "30 23 * * *", .seconds(7_200)), try job("yearly", "0 1 1 1 *", .seconds(60))]
        #expect(collisions(jobs) == ["yearly during late from 2027-01-01T01:00:00Z, 1 times"])
    }

    @Test func `stops where there are too many firings, and says where`() throws {
        let jobs = [try job("a", "* * * * *", .seconds(1)), try job("b", "0 0 1 1 *", .seconds(1))]
        let forecast = ScheduleForecast(of: jobs, from: start, limit: 10_000)
        #expect(forecast.through.text == "2026-11-28T00:00:00Z")
        #expect(forecast.collisions == [])
        #expect(ScheduleForecast(of: [jobs[1]], from: start, days: 10).through.text == "2026-12-01T00:00:00Z")
    }
}
