extension CronExpression {
    /// The same instants written with numbers, `*`, lists, ranges and, for minutes and hours, `*/n`: what every tool
    /// with five fields reads alike. Sunday is 0.
    ///
    /// Nil where two restricted day fields must both match (`0 2 */2 * 1`): by Vixie's rule a field that starts with `*`
    /// counts as not restricted, by others' only the `*` alone does, and then either day is enough.
    package var plainText: String? {
        let month = Self.text(of: months, .month)
        let time = "\(Self.text(of: minutes, .minute)) \(Self.text(of: hours, .hour))"
        let date = Self.text(of: daysOfMonth, .dayOfMonth)
        let weekday = Self.text(of: repeatedDaysOfWeek & 0x7f, .dayOfWeek)
        switch dayRule {
        case .both:
            guard date == "*" || weekday == "*" else { return nil }
            return "\(time) \(date) \(month) \(weekday)"
        case .either:
            // Where one of them is each day, the other one says nothing.
            let isEachDay = date == "*" || weekday == "*"
            return isEachDay ? "\(time) * \(month) *" : "\(time) \(date) \(month) \(weekday)"
        }
    }

    private static func text(of bits: UInt64, _ field: CronField) -> String {
        let values = field.all.filter { bits & (1 << UInt64($0)) != 0 }
        if values.count == field.all.count { return "*" }
        if let step = step(of: values, field) { return "*/\(step)" }
        return runs(of: values).map { run in
            switch run.count {
            case 1: "\(run.lowerBound)"
            case 2: "\(run.lowerBound),\(run.upperBound)"
            default: "\(run.lowerBound)-\(run.upperBound)"
            }
        }.joined(separator: ",")
    }

    /// The n of `*/n`; nil for other values. Not for days, of which `*` says more.
    private static func step(of values: [Int], _ field: CronField) -> Int? {
        guard field == .minute || field == .hour, values.count > 2 else { return nil }
        let step = values[1] - values[0]
        return values == Array(stride(from: 0, through: field.all.upperBound, by: step)) ? step : nil
    }

    /// Numbers that follow each other, together.
    private static func runs(of values: [Int]) -> [ClosedRange<Int>] {
        values.reduce(into: []) { runs, value in
            if let last = runs.last, last.upperBound + 1 == value {
                runs[runs.count - 1] = last.lowerBound...value
            } else {
                runs.append(value...value)
            }
        }
    }
}
