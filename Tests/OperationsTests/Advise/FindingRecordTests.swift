import JobModel
import Testing

@testable import Operations

/// What is remembered of findings, and which come first.
@Suite struct FindingRecordTests {
    private static func finding(
        _ object: String, _ severity: AdviceSeverity = .notice, of id: AdviceID = .duplicateIndex, measure: Double = 0
    ) -> Finding {
        Finding(
            id, object: object, severity: severity, confidence: .certain, summary: "is \(object)", evidence: [:],
            remedy: Remedy([], lock: "", risk: ""), caveat: "", measure: measure)
    }

    private let first = CivilTime(secondsSinceEpoch: 1_000_000)
    private let second = CivilTime(secondsSinceEpoch: 2_000_000)

    @Test func `a finding keeps the day of its first sight, and is closed once`() throws {
        var record = FindingRecord()
        var findings = [Self.finding("a"), Self.finding("b")]
        #expect(record.settle(&findings, checked: [.duplicateIndex], now: first) == [])
        #expect(findings.map(\.firstSeen) == [first, first])

        record = try MemoryText.decode(try MemoryText.encode(record))
        findings = [Self.finding("a"), Self.finding("c")]
        let closed = record.settle(&findings, checked: [.duplicateIndex], now: second)
        #expect(findings.map(\.firstSeen) == [first, second])
        #expect(closed.map(\.object) == ["b"])
        #expect(closed.first?.firstSeen == first)
        #expect(closed.first?.closedAt == second)
        #expect(record.settle(&findings, checked: [.duplicateIndex], now: second) == [])
    }

    @Test func `what was not checked is not closed`() {
        var record = FindingRecord()
        var findings = [Self.finding("a")]
        _ = record.settle(&findings, checked: [.duplicateIndex], now: first)
        findings = []
        #expect(record.settle(&findings, checked: [.unusedIndex], now: second) == [])
        #expect(record.settle(&findings, checked: [.duplicateIndex], now: second).count == 1)
    }

    @Test func `what happened once is told once, and never closed`() {
        var record = FindingRecord()
        var findings = [Self.finding("work_mem", of: .settingChanged)]
        _ = record.settle(&findings, checked: [.settingChanged], now: first)
        #expect(findings.map(\.firstSeen) == [first])
        findings = []
        #expect(record.settle(&findings, checked: [.settingChanged], now: second) == [])
    }

    @Test func `a check that gave up keeps what it did not reach`() {
        var record = FindingRecord()
        var findings = [Self.finding("a"), Self.finding("b")]
        _ = record.settle(&findings, checked: [.duplicateIndex], now: first)
        findings = [Self.finding("b")]
        #expect(record.settle(&findings, checked: [], now: second) == [])
        findings = [Self.finding("a"), Self.finding("b")]
        _ = record.settle(&findings, checked: [.duplicateIndex], now: second)
        #expect(findings.map(\.firstSeen) == [first, first])
    }

    @Test func `names that a newer version gave do not spoil the rest`() throws {
        let text = """
            {"entries":{"new-check x":{"id":"new-check","object":"x","severity":"notice","summary":"","first_seen":"1970-01-12T13:46:40Z"},
            "duplicate-index a":{"id":"duplicate-index","object":"a","severity":"notice","summary":"","first_seen":"1970-01-12T13:46:40Z"}}}
            """
        let record: FindingRecord = try MemoryText.decode(text)
        #expect(record.entries.keys.sorted() == ["duplicate-index a"])
    }

    @Test func `the worst comes first, then the largest of a check`() {
        let sorted = AdviceSorting.sorted([
            Self.finding("small", measure: 1), Self.finding("large", measure: 2), Self.finding("bad", .critical),
            Self.finding("other", .warning, of: .unusedIndex),
        ])
        #expect(sorted.map(\.object) == ["bad", "other", "large", "small"])
    }

    @Test(arguments: [
        ("a", CivilDate(year: 2027, month: 1, day: 31), ["b"]),
        ("a", CivilDate(year: 2027, month: 1, day: 30), ["a", "b"]),
        (nil, CivilDate(year: 2027, month: 2, day: 1), []), ("c", CivilDate(year: 2027, month: 2, day: 1), ["a", "b"]),
    ])
    func `a suppression holds for its object, through its last day`(object: String?, until: CivilDate, open: [String]) {
        let suppression = AdviceSuppression(id: .duplicateIndex, object: object, until: until, reason: "known")
        let other = AdviceSuppression(id: .unusedIndex, until: until)
        let split = AdviceSorting.split(
            [Self.finding("a"), Self.finding("b")], by: [other, suppression],
            on: CivilDate(year: 2027, month: 1, day: 31))
        #expect(split.open.map(\.object) == open)
        #expect(split.suppressed.count == 2 - open.count)
        #expect(split.suppressed.allSatisfy { $0.until == until.text && $0.reason == "known" })
    }

    @Test func `one check does not drown the others`() {
        let findings = (0..<5).map { Self.finding("\($0)") } + [Self.finding("x", of: .unusedIndex)]
        let (shown, omitted) = AdviceSorting.shortened(findings, mostOfACheck: 2)
        #expect(shown.map(\.object) == ["0", "1", "x"])
        #expect(omitted == ["duplicate-index": 3])
    }

    @Test func `a report is the same when the history gives it back`() throws {
        var finding = Self.finding("a")
        finding.evidence = [
            "size_bytes": .integer(12), "text": .text("x"), "flag": .flag(true), "number": .number(0.5),
        ]
        finding.firstSeen = first
        let report = AdviseReport(
            database: "shop", serverVersion: "16.4", isStandby: false, checked: [.duplicateIndex], findings: [finding],
            omitted: ["duplicate-index": 3],
            suppressed: [SuppressedFinding(finding: finding, until: "2027-01-31", reason: nil)],
            closed: [
                ClosedFinding(
                    id: .unusedIndex, object: "b", severity: .notice, summary: "", firstSeen: first, closedAt: second)
            ], notChecked: [UncheckedAdvice(id: .tableBloat, reason: "why")], seconds: 0.25)
        #expect(AdviseReport(json: try report.json()) == report)
    }
}
