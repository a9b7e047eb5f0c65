import JobModel

/// Times as people read them in the night.
enum Ages {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `45 s`, `12 min`, `3 h 12 min`, `2 d 4 h`, `40 d`
    static func text(_ seconds: Int) -> String {
        let seconds = max(0, seconds)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3_600: return "\(seconds / 60) min"
        case ..<86_400: return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
        case ..<(14 * 86_400): return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
        default: return "\(seconds / 86_400) d"
        }
    }

    private static func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }

    /// `3 h ago`, `in 12 min`, `now`
    static func relative(_ instant: CivilTime, to now: CivilTime) -> String {
        let seconds = now.secondsSinceEpoch - instant.secondsSinceEpoch
        if abs(seconds) < 1 { return "now" }
        return seconds > 0 ? "\(text(seconds)) ago" : "in \(text(-seconds))"
    }

    /// `21 Nov 02:00`; with the year where it is another than `now`'s.
    static func clock(_ instant: CivilTime, now: CivilTime) -> String {
        let (text, year) = (instant.text, now.text.prefix(4))
        return day(instant) + (text.hasPrefix(year) ? "" : " \(text.prefix(4))") + " \(text.dropFirst(11).prefix(5))"
    }

    /// `21 Nov`
    static func day(_ instant: CivilTime) -> String {
        let parts = instant.text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, months.indices.contains(parts[1] - 1) else { return String(instant.text.prefix(10)) }
        return "\(parts[2]) \(months[parts[1] - 1])"
    }

    /// `1 firing`, `3 firings`
    static func count(_ number: Int, _ noun: String) -> String {
        "\(Quantities.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
