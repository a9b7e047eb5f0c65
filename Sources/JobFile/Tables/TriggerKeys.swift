import JobModel

/// `schedule`, `every` and `after`: at most one of them.
struct TriggerKeys {
    func read(_ section: inout Section) -> JobTrigger {
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
            let expression = try CronExpression(parsing: text)
            for warning in expression.warnings { section.warn("schedule", "\"schedule\": \(warning)") }
            return expression
        } catch {
            section.complain("schedule", error)
            return nil
        }
    }
}
