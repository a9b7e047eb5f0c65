/// Reads a ``POSIXZone``: `std offset [dst [offset] , start[/time] , end[/time]]`.
struct POSIXZoneParser {
    private var rest: ArraySlice<UInt8>

    /// Nil where the text is no such rule, or one with anything behind it.
    static func parse(_ bytes: ArraySlice<UInt8>) -> POSIXZone? {
        var parser = POSIXZoneParser(rest: bytes)
        guard let zone = parser.zone(), parser.rest.isEmpty else { return nil }
        return zone
    }

    private mutating func zone() -> POSIXZone? {
        guard name(), let west = clock(hours: 0...24) else { return nil }
        guard !rest.isEmpty else { return POSIXZone(standardOffset: -west, daylight: nil) }
        guard name() else { return nil }
        var daylightOffset = 3_600 - west
        if rest.first != UInt8(ascii: ",") {
            guard let west = clock(hours: 0...24) else { return nil }
            daylightOffset = -west
        }
        guard take(","), let start = moment(), take(","), let end = moment() else { return nil }
        return POSIXZone(
            standardOffset: -west,
            daylight: POSIXZone.Daylight(offset: daylightOffset, start: start, end: end))
    }

    /// Three letters or more, or anything such between angle brackets.
    private mutating func name() -> Bool {
        let isQuoted = take("<")
        let name = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): isQuoted
            default: false
            }
        }
        rest = rest.dropFirst(name.count)
        return name.count >= 3 && (!isQuoted || take(">"))
    }

    /// `[+|-]hh[:mm[:ss]]` in seconds.
    private mutating func clock(hours: ClosedRange<Int>) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(hours).map({ $0 * 3_600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `Mm.w.d`, `Jn` or `n`, each with `/time`. Default: 02:00.
    private mutating func moment() -> POSIXZone.YearlyMoment? {
        guard let day = day() else { return nil }
        guard take("/") else { return POSIXZone.YearlyMoment(day: day, time: 7_200) }
        return clock(hours: 0...167).map { POSIXZone.YearlyMoment(day: day, time: $0) }
    }

    private mutating func day() -> POSIXZone.YearlyMoment.Day? {
        if take("J") { return number(1...365).map { .julian($0) } }
        guard take("M") else { return number(0...365).map { .zeroBased($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let weekday = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }

    /// One to three digits.
    private mutating func number(_ allowed: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return allowed.contains(number) ? number : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
