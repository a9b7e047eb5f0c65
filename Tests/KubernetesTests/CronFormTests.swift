import JobModel
import Testing

@testable import Kubernetes

@Suite struct `the form of a schedule as a CronJob has it` {
    private func job(_ trigger: JobTrigger, zone: String = "UTC", spread: Duration = .zero) -> Job {
        var job = Job(name: "nightly", kind: .prune(PruneJob()))
        job.trigger = trigger
        job.timezone = zone
        job.spread = spread
        return job
    }

    @Test(arguments: [
        (60, "* * * * *"), (300, "*/5 * * * *"), (1_800, "*/30 * * * *"), (3_600, "0 * * * *"),
        (6 * 3_600, "0 */6 * * *"), (86_400, "0 0 * * *"), (7 * 86_400, "0 0 * * 4"),
    ])
    func `fires when the job would`(seconds: Int, schedule: String) throws {
        let form = try CronForm(job(.every(seconds: seconds), zone: "Europe/Berlin"))
        #expect(form.schedule == schedule)
        #expect(form.timeZone == "Etc/UTC")
        let expression = try CronExpression(parsing: schedule)
        let own = try #require(Schedule(job: "nightly", trigger: .every(seconds: seconds), zone: .utc))
        var instant = CivilTime(secondsSinceEpoch: 1_795_000_000)
        for _ in 0..<50 {
            let next = try #require(own.nextFiring(after: instant))
            #expect(expression.nextFire(after: instant, in: .utc) == next)
            instant = next
        }
    }

    @Test(arguments: [
        (90, "\"1m\" or \"2m\""), (5_400, "\"1h\" or \"2h\""), (30, "\"1m\""), (5 * 3_600, "\"4h\" or \"6h\""),
        (48 * 3_600, "\"1d\" or \"7d\""), (14 * 86_400, "\"7d\""), (420, "\"6m\" or \"10m\""),
    ])
    func `is refused with what fits, where a cron expression cannot say it`(seconds: Int, advice: String) {
        let error = #expect(throws: NoCronForm.self) { try CronForm(job(.every(seconds: seconds))) }
        #expect(error?.reason.contains("write every = \(advice), or a schedule") == true, "\(error?.reason ?? "")")
    }

    @Test func `keeps the zone`() throws {
        let form = try CronForm(job(.cron(try CronExpression(parsing: "30 2 * * 7")), zone: "Europe/Berlin"))
        #expect(form.schedule == "30 2 * * 0")
        #expect(form.timeZone == "Europe/Berlin")
        #expect(form.offset == .zero)
        #expect(!form.isByHand)
    }

    @Test func `leaves the offset of a spread to the pod, up to an hour`() throws {
        let trigger = JobTrigger.cron(try CronExpression(parsing: "0 2 * * *"))
        let offset = Schedule.offsetInSeconds(of: "nightly", within: .seconds(3_600))
        #expect(try CronForm(job(trigger, spread: .seconds(3_600))).offset == .seconds(offset))
        #expect(throws: NoCronForm.self) { try CronForm(job(trigger, spread: .seconds(7 * 86_400))) }
    }

    @Test func `is refused where other tools read the days otherwise`() throws {
        let trigger = JobTrigger.cron(try CronExpression(parsing: "0 2 */2 * 1"))
        #expect(throws: NoCronForm.self) { try CronForm(job(trigger)) }
    }

    @Test func `never comes for a job by hand`() throws {
        #expect(try CronForm(job(.none)).isByHand)
    }
}
