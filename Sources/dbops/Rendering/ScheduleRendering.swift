import JobModel

/// The coming firings of a schedule, for people or for machines.
struct ScheduleRendering {
    let json: Bool
    /// Whether clock changes are told, for 400 days.
    let explains: Bool

    /// Prints the next `count` firings after `start`. `name` is the job's; nil where there is none.
    func print(name: String?, _ schedule: Schedule, count: Int, after start: CivilTime) throws {
        let firings = Array(sequence(first: start) { schedule.nextFiring(after: $0) }.dropFirst().prefix(count))
        let effects = explains ? schedule.clockEffects(from: start) : []
        let warnings = Self.warnings(schedule) + (firings.isEmpty ? ["it never fires in \(schedule.zone.name)"] : [])
        if json {
            return try JSONLine.print(
                ScheduleObject(
                    name: name, schedule, firings: firings, warnings: warnings, effects: explains ? effects : nil
                ))
        }
        Swift.print((name.map { "\($0): " } ?? "") + schedule.text)
        TextTable.print(
            ["", "DAY", "LOCAL", "UTC"],
            firings.map {
                ["", Self.weekday(schedule.zone.localDate(at: $0)), schedule.zone.localText(at: $0), $0.text]
            })
        for warning in warnings { StandardError.write("Warning: \(warning)") }
        guard explains else { return }
        if effects.isEmpty { Swift.print("No clock change disturbs it in the next 400 days.") }
        for effect in effects { Swift.print(effect.message) }
    }

    /// Prints which jobs get in each other's way.
    func print(_ forecast: ScheduleForecast) {
        for collision in forecast.collisions {
            Swift.print(
                "\(collision.starting) starts while \(collision.running) usually still runs: \(collision.count) times, "
                    + "first at \(collision.first.text)")
        }
        if forecast.collisions.isEmpty { Swift.print("No job usually still runs when another starts.") }
    }

    private static func warnings(_ schedule: Schedule) -> [String] {
        guard case .cron(let expression) = schedule.trigger else { return [] }
        return expression.warnings
    }

    private static func weekday(_ date: CivilDate) -> String {
        ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.weekday]
    }
}

/// A schedule and its firings for machines.
private struct ScheduleObject: Encodable {
    struct Effect: Encodable {
        let kind: ClockEffect.Kind
        let date: String
        let instant: CivilTime
        let message: String
    }

    /// Left out where the schedule is no job's.
    let job: String?
    let schedule: String
    let timezone: String
    let next: [CivilTime]
    let nextLocal: [String]
    let warnings: [String]
    /// Left out where nobody asked.
    let clockEffects: [Effect]?

    init(name: String?, _ schedule: Schedule, firings: [CivilTime], warnings: [String], effects: [ClockEffect]?) {
        job = name
        self.schedule = schedule.text
        timezone = schedule.zone.name
        next = firings
        nextLocal = firings.map(schedule.zone.localText)
        self.warnings = warnings
        clockEffects = effects?.map {
            Effect(kind: $0.kind, date: $0.date.text, instant: $0.instant, message: $0.message)
        }
    }
}
