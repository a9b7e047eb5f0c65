import Foundation
import Testing

@testable import JobModel

/// Years of backups against a selection written down as the rules are said, with another calendar.
struct RetentionOracleTests {
    /// A backup and the names of its periods by Foundation's calendar.
    private struct Labelled {
        let facts: RetentionFacts
        let labels: [RetentionPeriod: String]

        init(_ instant: CivilTime, _ calendar: Calendar) {
            facts = .good(at: instant)
            let date = instant.date
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .yearForWeekOfYear, .weekOfYear], from: date)
            let day = "\(parts.year ?? 0)/\(parts.month ?? 0)/\(parts.day ?? 0)"
            labels = [
                .hourly: "\(day) \(parts.hour ?? 0) \(calendar.timeZone.secondsFromGMT(for: date))", .daily: day,
                .weekly: "\(parts.yearForWeekOfYear ?? 0) \(parts.weekOfYear ?? 0)",
                .monthly: "\(parts.year ?? 0)/\(parts.month ?? 0)", .yearly: "\(parts.year ?? 0)",
            ]
        }
    }

    /// A backup stays where fewer than `count` periods with a backup are newer than its own, and it is the newest there.
    private func kept(_ backups: [Labelled], _ policy: RetentionPolicy, now: CivilTime) -> Set<String> {
        var names: Set<String> = []
        for (index, backup) in backups.enumerated() {
            let newer = backups[(index + 1)...]
            let age = now.secondsSinceEpoch - (backup.facts.id?.startedAt.secondsSinceEpoch ?? 0)
            var stays = newer.isEmpty || newer.count < policy.last
            if let within = policy.within, .seconds(age) <= within { stays = true }
            for (period, label) in backup.labels where !newer.contains(where: { $0.labels[period] == label }) {
                if Set(newer.map { $0.labels[period] }).count < period.count(in: policy) { stays = true }
            }
            if stays { names.insert(backup.facts.name) }
        }
        return names
    }

    private static let policies = [
        RetentionPolicy {
            $0.last = 7
            $0.daily = 14
            $0.weekly = 8
            $0.monthly = 12
            $0.yearly = 3
        },
        RetentionPolicy {
            $0.hourly = 24
            $0.daily = 7
            $0.within = .seconds(48 * 3_600)
        },
        RetentionPolicy {
            $0.weekly = 5
            $0.yearly = 10
        },
    ]

    @Test(
        arguments: [
            "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
        ],
        policies)
    func `years of backups, pruned as they come, leave what the rules say`(
        _ zoneName: String, _ policy: RetentionPolicy
    ) throws {
        let zone = try ZoneDatabase().rules(named: zoneName)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: zoneName))
        var dice = CronDice(seed: 7)
        var instant = CivilTime.at("2009-06-01")
        var backups: [Labelled] = []
        for round in 0..<700 {
            // Daily, with lazy days, with busy hours, and with weeks without any.
            let pace = round % 100 < 30 ? 3_600 : 86_400
            let lapse = Int.random(in: 0..<40, using: &dice) == 0 ? 86_400 * Int.random(in: 2...60, using: &dice) : 0
            instant = instant.advanced(by: pace + lapse + Int.random(in: -600...600, using: &dice))
            backups.append(Labelled(instant, calendar))
            let now = instant.advanced(by: 60)
            let decisions = try policy.select(
                backups.map(\.facts), under: RetentionConditions(now: now, zone: zone))
            let found = Set(decisions.filter { $0.action == .keep }.map(\.name))
            let expected = kept(backups, policy, now: now)
            try #require(found == expected, "round \(round)")
            backups.removeAll { !found.contains($0.facts.name) }
        }
    }
}
