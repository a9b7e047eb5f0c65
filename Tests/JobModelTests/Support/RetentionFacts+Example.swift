import Testing

@testable import JobModel

extension CivilTime {
    /// `2026-11-21T02:00:00Z`, or a day alone, for midnight.
    static func at(_ text: String) -> CivilTime {
        let whole = text.count == 10 ? text + "T00:00:00Z" : text
        return CivilTime(compactText: whole.filter { $0 != "-" && $0 != ":" })!
    }

    func advanced(by seconds: Int) -> CivilTime { CivilTime(secondsSinceEpoch: secondsSinceEpoch + seconds) }
}

extension RetentionFacts {
    /// A good backup of 1,000 rows.
    static func good(_ text: String, _ change: (inout RetentionFacts) -> Void = { _ in }) -> RetentionFacts {
        good(at: .at(text), change)
    }

    static func good(
        at instant: CivilTime, suffix: String = "aaaaaa", _ change: (inout RetentionFacts) -> Void = { _ in }
    ) -> RetentionFacts {
        var facts = RetentionFacts(
            name: "\(instant.compactText)-\(suffix)", size: BackupSize(rows: 1_000, bytesRaw: 50_000))
        facts.weight = BackupWeight(usual: nil, limit: 0.5)
        change(&facts)
        return facts
    }
}

extension RetentionPolicy {
    init(_ change: (inout RetentionPolicy) -> Void) {
        self.init()
        change(&self)
    }

    /// What a selection keeps, by the day in the name.
    func kept(
        _ backups: [RetentionFacts], now: String = "2027-01-01", zone: ZoneRules = .utc,
        _ change: (inout RetentionConditions) -> Void = { _ in }
    ) throws -> [String] {
        try decisions(backups, now: now, zone: zone, change).filter { $0.action == .keep }.map {
            String($0.name.prefix(8))
        }
    }

    func decisions(
        _ backups: [RetentionFacts], now: String = "2027-01-01", zone: ZoneRules = .utc,
        _ change: (inout RetentionConditions) -> Void = { _ in }
    ) throws -> [RetentionDecision] {
        var conditions = RetentionConditions(now: .at(now), zone: zone)
        change(&conditions)
        return try select(backups, under: conditions)
    }
}

extension [RetentionDecision] {
    /// The texts of the reasons for a day's backup.
    func reasons(_ day: String) -> [String] {
        first { $0.name.hasPrefix(day.filter { $0 != "-" }) }?.reasons.map(\.text) ?? []
    }
}
