import JobModel

/// A job's schedule as a CronJob has it.
struct CronForm: Equatable {
    let schedule: String
    let timeZone: String
    /// What every firing is moved by: less than a minute or more, which no cron expression can say. The pod waits for it.
    let offset: Duration
    /// By hand only: the CronJob is there for `kubectl create job --from`.
    let isByHand: Bool

    /// The longest ``offset``: for so long a pod that does nothing holds its memory.
    static let longestWait = Duration.seconds(3_600)

    /// Throws a reason that says what to write instead.
    init(_ job: Job) throws(NoCronForm) {
        let offset = Schedule.offsetInSeconds(of: job.name, within: job.spread)
        self.offset = .seconds(offset)
        switch job.trigger {
        case .none, .after:
            schedule = "0 0 1 1 *"
            timeZone = "Etc/UTC"
            isByHand = true
        case .cron(let expression):
            guard let text = expression.plainText else {
                throw NoCronForm(
                    "schedule = \"\(expression.text)\" restricts the day of the month and the day of the week together, "
                        + "which Kubernetes reads as either; write one job for each")
            }
            schedule = text
            timeZone = job.timezone == "UTC" ? "Etc/UTC" : job.timezone
            isByHand = false
        case .every(let seconds):
            guard let text = Self.steps(of: seconds) else {
                throw NoCronForm(
                    "every = \"\(DurationText.text(.seconds(seconds)))\" does not divide an hour or a day; "
                        + Self.advice(forSeconds: seconds))
            }
            schedule = text
            timeZone = "Etc/UTC"
            isByHand = false
        }
        if self.offset > Self.longestWait, !isByHand {
            throw NoCronForm(
                "spread = \"\(DurationText.text(job.spread))\" moves it by \(DurationText.text(self.offset)), for which a "
                    + "pod would do nothing but wait; write the time that is meant into schedule, or a spread of up to 1h"
            )
        }
    }

    /// The expression in UTC that fires at the multiples of so many seconds since 1970-01-01 00:00; nil where there is none.
    private static func steps(of seconds: Int) -> String? {
        guard seconds % 60 == 0 else { return nil }
        let minutes = seconds / 60
        if minutes == 1 { return "* * * * *" }
        if minutes < 60 { return 60 % minutes == 0 ? "*/\(minutes) * * * *" : nil }
        guard minutes % 60 == 0 else { return nil }
        let hours = minutes / 60
        if hours == 1 { return "0 * * * *" }
        if hours < 24 { return 24 % hours == 0 ? "0 */\(hours) * * *" : nil }
        // 1970-01-01 was a Thursday.
        return hours == 24 ? "0 0 * * *" : hours == 168 ? "0 0 * * 4" : nil
    }

    private static func advice(forSeconds seconds: Int) -> String {
        let fitting = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 10_080].map {
            $0 * 60
        }
        let below = fitting.last { $0 < seconds }
        let above = fitting.first { $0 > seconds }
        let choices = [below, above].compactMap { $0 }.map { "\"\(DurationText.text(.seconds($0)))\"" }
        return "write every = \(choices.joined(separator: " or ")), or a schedule"
    }
}

/// Why a job cannot be a CronJob.
struct NoCronForm: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
