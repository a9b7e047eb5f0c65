import JobModel

/// What is remembered of a database's findings from one run to the next.
struct FindingRecord: Codable, Equatable, Sendable {
    struct Entry: Codable, Equatable, Sendable {
        var id: AdviceID
        var object: String
        var severity: AdviceSeverity
        var summary: String
        var firstSeen: CivilTime
    }

    /// By ``Finding/key``.
    var entries: [String: Entry] = [:]

    /// At most so many are remembered; the rest count as new each time.
    static let mostEntries = 5_000

    init() {}

    /// What happened once is told once, and nothing is closed when it is not told again.
    private static func isState(_ id: AdviceID) -> Bool { id != .settingChanged }

    /// A name that a later version gave, and this one does not know, is left out and not a fault.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let known = try container.decode([String: Lenient].self, forKey: .entries)
        entries = known.compactMapValues(\.entry)
    }

    private struct Lenient: Decodable {
        let entry: Entry?
        init(from decoder: any Decoder) throws { entry = try? Entry(from: decoder) }
    }

    /// Takes this run's findings in: gives each the time at which it was first seen, and returns what is closed. What
    /// was not checked this time stays as it was.
    mutating func settle(
        _ findings: inout [Finding], checked: Set<AdviceID>, now: CivilTime
    ) -> [ClosedFinding] {
        var next = entries.filter { !checked.contains($0.value.id) }
        for index in findings.indices {
            let finding = findings[index]
            let firstSeen = entries[finding.key]?.firstSeen ?? now
            findings[index].firstSeen = firstSeen
            guard next.count < Self.mostEntries, Self.isState(finding.id) else { continue }
            next[finding.key] = Entry(
                id: finding.id, object: finding.object, severity: finding.severity, summary: finding.summary,
                firstSeen: firstSeen)
        }
        let found = Set(findings.map(\.key))
        let closed = entries.filter { checked.contains($0.value.id) && !found.contains($0.key) }
        entries = next
        return closed.sorted { $0.key < $1.key }.map { _, entry in
            ClosedFinding(
                id: entry.id, object: entry.object, severity: entry.severity, summary: entry.summary,
                firstSeen: entry.firstSeen, closedAt: now)
        }
    }
}
