/// What the fields of an expression come to together, where that often surprises.
struct CronDayLint {
    private let values: [CronFieldParser.Value]
    private let words: [Substring]

    init(_ values: [CronFieldParser.Value], words: [Substring]) {
        self.values = values
        self.words = words
    }

    var warnings: [String] { [eachMinute, eitherDay, bothDays, shortMonths].compactMap { $0 } }

    private func says(_ field: CronField) -> Substring { words[field.rawValue] }
    private func startsWithStar(_ field: CronField) -> Bool { values[field.rawValue].startsWithStar }

    private var eachMinute: String? {
        guard says(.minute) == "*", !startsWithStar(.hour) else { return nil }
        return "* in the minute field fires 60 times in each hour that matches; write 0 for once"
    }

    private var eitherDay: String? {
        guard !startsWithStar(.dayOfMonth), !startsWithStar(.dayOfWeek) else { return nil }
        return "a day matches by the day-of-month field (\(says(.dayOfMonth))) or by the day-of-week field "
            + "(\(says(.dayOfWeek))): it need not match both"
    }

    private var bothDays: String? {
        guard startsWithStar(.dayOfMonth) || startsWithStar(.dayOfWeek), says(.dayOfMonth) != "*",
            says(.dayOfWeek) != "*"
        else { return nil }
        return "a day must match both the day-of-month field (\(says(.dayOfMonth))) and the day-of-week field "
            + "(\(says(.dayOfWeek))), because one of them starts with *"
    }

    /// Only days 29, 30 or 31, and a month that does not have them.
    private var shortMonths: String? {
        let days = values[CronField.dayOfMonth.rawValue].bits
        let months = values[CronField.month.rawValue].bits
        guard says(.dayOfWeek) == "*", days.trailingZeroBitCount >= 29 else { return nil }
        let first = days.trailingZeroBitCount
        let isMissing = (1...12).contains {
            months & (1 << UInt64($0)) != 0 && CivilDate.daysInMonth($0, ofYear: 2001) < first
        }
        return isMissing ? "months without a day \(first) are left out" : nil
    }
}
