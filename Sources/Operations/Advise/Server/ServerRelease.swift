import JobModel
import Postgres

extension AdviceCheck {
    /// A server without the fixes of the last months, or of a major version that gets none any more.
    static let outdatedServer = AdviceCheck(.outdatedServer, "a server that is behind") { probe in
        ServerRelease.finding(PostgresVersion(number: probe.server.versionNumber), now: probe.server.now).map { [$0] }
            ?? []
    }
}

/// What can be known of releases without asking anybody: the calendar of the project.
///
/// Source: postgresql.org, "Versioning Policy" and "Roadmap": minor releases on the second Thursday of February, May,
/// August and November, at least; a major version is cared for until five years after its first release.
enum ServerRelease {
    /// The last release of each major version.
    private static let lastDays = [
        13: CivilDate(year: 2025, month: 11, day: 13), 14: CivilDate(year: 2026, month: 11, day: 12),
        15: CivilDate(year: 2027, month: 11, day: 11), 16: CivilDate(year: 2028, month: 11, day: 9),
        17: CivilDate(year: 2029, month: 11, day: 8), 18: CivilDate(year: 2030, month: 11, day: 14),
    ]

    static func finding(_ version: PostgresVersion, now: CivilTime) -> Finding? {
        let today = CivilDate(daysSinceEpoch: now.secondsSinceEpoch / 86_400)
        if version.major == 14, version.minor < 4 {
            return finding(
                version, .critical, .certain,
                "CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY of \(version) can make indexes that lack rows",
                ["fixed_in": "14.4"])
        }
        if version.major < 13 || (lastDays[version.major].map { $0.daysSinceEpoch < today.daysSinceEpoch } ?? false) {
            return finding(
                version, .warning, .certain, "PostgreSQL \(version.major) gets no fixes any more",
                ["last_release_on": .text(lastDays[version.major]?.text ?? "before 2025")])
        }
        let behind = version.releaseRound.map { leastRound(on: today) - $0 } ?? 0
        guard behind >= 2 else { return nil }
        return finding(
            version, behind >= 4 ? .warning : .notice, .estimated,
            "\(version) lacks the fixes of at least \(behind) releases of PostgreSQL \(version.major)",
            ["releases_behind": .integer(behind)])
    }

    /// How many common days of release there have been at least: one in each quarter, the first on 10 November 2022
    /// with the number 6. A month counts once it is over.
    static func leastRound(on day: CivilDate) -> Int {
        let months = (day.year - 2022) * 12 + day.month - 11
        return months < 1 ? 6 : 6 + (months - 1) / 3
    }

    private static func finding(
        _ version: PostgresVersion, _ severity: AdviceSeverity, _ confidence: AdviceConfidence, _ summary: String,
        _ evidence: [String: EvidenceValue]
    ) -> Finding {
        Finding(
            .outdatedServer, object: "server", severity: severity, confidence: confidence, summary: summary,
            evidence: evidence.merging(["version": .text(version.description)]) { first, _ in first },
            remedy: Remedy(
                [],
                advice:
                    "Install the newest minor release and restart; another major version needs pg_upgrade, or a dump "
                    + "and a restore.", lock: "The server is down for the restart.",
                risk: "Read the release notes of what lies between: now and then an index has to be rebuilt."),
            caveat: "A vendor may have put fixes into an older number; what came out is reckoned by the calendar.")
    }
}
