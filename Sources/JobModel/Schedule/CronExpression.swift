/// A cron expression: five fields (minute, hour, day of month, month, day of week) or a nickname.
///
/// The grammar and the meaning are Vixie's, as in cron of Debian and Red Hat. Where both days are restricted, a day
/// matches by either; a day field that starts with `*` counts as not restricted. Source: crontab(5).
package struct CronExpression: Sendable, Equatable {
    /// As it was written.
    package let text: String
    /// What it says that people often do not mean; each a phrase that names the field. Empty for most.
    package let warnings: [String]
    package let cadence: Cadence

    let minutes: UInt64
    let hours: UInt64
    let daysOfMonth: UInt64
    let months: UInt64
    /// The seven days of the week, from Sunday on, again and again: bit n is day n % 7.
    let repeatedDaysOfWeek: UInt64
    let dayRule: DayRule

    /// How the two day fields come together.
    enum DayRule: Sendable {
        case both
        case either
    }

    /// What becomes of the job when the clocks change.
    package enum Cadence: Sendable {
        /// The minute or the hour starts with `*`: runs whenever the clock shows a matching time, twice where it does
        /// so twice, never where it does not.
        case interval
        /// Each matching time once: the first of two, and right after a gap of up to three hours.
        case fixed
    }

    /// Throws where the expression cannot be read, where tools differ about its meaning, or where it never fires.
    package init(parsing text: String) throws(CronError) {
        let words = try CronWords(text)
        var values: [CronFieldParser.Value] = []
        for (field, word) in zip(CronField.allCases, words.fields) {
            values.append(try CronFieldParser(expression: text, field: field, text: word).parse())
        }
        self.text = text
        minutes = values[0].bits
        hours = values[1].bits
        daysOfMonth = values[2].bits
        months = values[3].bits
        repeatedDaysOfWeek = values[4].bits &* 0x0408_1020_4081
        dayRule = values[2].startsWithStar || values[4].startsWithStar ? .both : .either
        cadence = values[0].startsWithStar || values[1].startsWithStar ? .interval : .fixed
        warnings = values.flatMap(\.warnings) + CronDayLint(values, words: words.fields).warnings
        guard hasDays else {
            throw CronError(
                text, "never fires: no month that it names has such a day",
                hint: "Write a day that the month has; near the end of a month 28, or 1 for the first day of the next.")
        }
    }

    /// Whether there is a day that matches. Every date of the calendar falls on every weekday some time.
    private var hasDays: Bool {
        if dayRule == .either { return true }
        return (1...12).contains { month in
            let days = (1 << UInt64(CivilDate.daysInMonth(month, ofYear: 2000) + 1)) - 1 as UInt64
            return months & (1 << UInt64(month)) != 0 && daysOfMonth & days != 0
        }
    }
}
