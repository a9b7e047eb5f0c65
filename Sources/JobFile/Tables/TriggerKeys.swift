import JobModel

/// `schedule`, `every` and `after`: at most one of them.
struct TriggerKeys {
    func read(_ section: inout Section, timezone: String) -> JobTrigger {
        let schedule = schedule(&section)
        let every = section.duration("every", in: .seconds(1) ... .days(366))
        let after = section.string("after", wanted: "the name of a job")
        section.allowOne(of: ["schedule", "every", "after"])
        if let schedule { return .cron(schedule) }
        if let every { return .every(seconds: Int(every.components.seconds)) }
        return after.map { .after($0) } ?? .none
    }

    private func schedule(_ section: inout Section) -> CronExpression? {
        guard let text = section.string("schedule", wanted: "a cron expression such as \"0 2 * * *\"") else {
            return nil
        }
        do throws(CronError) {
            return try CronExpression(parsing: text)
        } catch {
            section.complain("schedule", CronComplaint.text(of: error, in: text))
            return nil
        }
    }
}
