/// The stretches of local time of which one backup each is kept.
package enum RetentionPeriod: String, Sendable, CaseIterable {
    case hourly
    case daily
    case weekly
    case monthly
    case yearly

    /// How many of these periods a policy keeps.
    func count(in policy: RetentionPolicy) -> Int {
        switch self {
        case .hourly: policy.hourly
        case .daily: policy.daily
        case .weekly: policy.weekly
        case .monthly: policy.monthly
        case .yearly: policy.yearly
        }
    }

    /// The period that `instant` lies in, where local clocks are `offset` seconds ahead of UTC: `2026-11-21`,
    /// `2026-W47`. An hour names its offset, so that one that comes twice is two.
    func name(of instant: CivilTime, offset: Int) -> String {
        let local = instant.secondsSinceEpoch + offset
        let day = local.flooredQuotient(by: 86_400)
        let date = CivilDate(daysSinceEpoch: day)
        switch self {
        case .hourly:
            let hour = (local - day * 86_400) / 3_600
            return "\(date.text)T\(Self.digits(hour)):00\(Self.text(ofOffset: offset))"
        case .daily: return date.text
        case .weekly:
            let (year, week) = date.isoWeek
            return "\(year)-W\(Self.digits(week))"
        case .monthly: return String(date.text.dropLast(3))
        case .yearly: return String(date.text.dropLast(6))
        }
    }

    private static func text(ofOffset offset: Int) -> String {
        guard offset != 0 else { return "Z" }
        let minutes = abs(offset) / 60
        return "\(offset < 0 ? "-" : "+")\(digits(minutes / 60)):\(digits(minutes % 60))"
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
