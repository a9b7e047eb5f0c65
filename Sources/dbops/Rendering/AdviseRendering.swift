import JobModel
import Operations

/// What the advisor found: for people each finding with its reasons and its remedy, for machines one object each.
struct AdviseRendering {
    let json: Bool
    let quiet: Bool
    /// Whether each finding is shown with its reasons and its remedy.
    let explains: Bool

    // MARK: - Checks

    private struct CheckObject: Encodable {
        let id: AdviceID
        let title: String
    }

    static func print(_ checks: [AdviceCheck], json: Bool) throws {
        if json {
            for check in checks { try JSONLine.print(CheckObject(id: check.id, title: check.title)) }
            return
        }
        TextTable.print(["CHECK", "LOOKS FOR"], checks.map { [$0.id.rawValue, $0.title] })
    }

    // MARK: - The report

    func print(_ report: AdviseReport) throws {
        if json { return try printObjects(report) }
        if explains {
            for (index, finding) in report.findings.enumerated() {
                if index > 0 { Swift.print("") }
                Self.print(finding)
            }
        } else if !report.findings.isEmpty {
            TextTable.print(
                ["SEVERITY", "CHECK", "OBJECT", "WHAT"],
                report.findings.map {
                    [$0.severity.rawValue, $0.id.rawValue, Self.plain($0.object), Self.plain($0.summary)]
                })
        }
        for (id, count) in report.omitted.sorted(by: { $0.key < $1.key }) {
            StandardError.write("\(id): \(count) more like those shown")
        }
        for closed in report.closed {
            StandardError.write(
                "Closed: \(closed.id.rawValue) \(closed.object), first seen \(closed.firstSeen.text): \(closed.summary)"
            )
        }
        for gap in report.notChecked { StandardError.write("Not checked: \(gap.id.rawValue): \(gap.reason)") }
        guard !quiet else { return }
        StandardError.write(Self.summary(report))
        if !explains, !report.findings.isEmpty {
            StandardError.write("The reasons, and the statements that would set it right: --explain.")
        }
    }

    private static func print(_ finding: Finding) {
        Swift.print("\(finding.severity.rawValue.uppercased())  \(finding.id.rawValue)  \(plain(finding.object))")
        line("what", finding.summary)
        let evidence = finding.evidence.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.displayText($0.key))" }
        line("evidence", "\(evidence.joined(separator: ", ")) (\(finding.confidence.rawValue))")
        if let firstSeen = finding.firstSeen { line("first seen", firstSeen.text) }
        if let advice = finding.remedy.advice { line("remedy", advice) }
        for (index, statement) in finding.remedy.statements.enumerated() {
            line(index == 0 && finding.remedy.advice == nil ? "remedy" : "", statement)
        }
        line("lock", finding.remedy.lock)
        line("risk", finding.remedy.risk)
        line("but", finding.caveat)
        if let runbook = finding.id.runbook { line("see", runbook.path) }
        guard let jobFile = finding.jobFile else { return }
        for (index, text) in jobFile.split(separator: "\n").enumerated() {
            line(index == 0 ? "job file" : "", String(text))
        }
    }

    private static func line(_ label: String, _ text: String) {
        Swift.print("  " + label + String(repeating: " ", count: 12 - label.count) + plain(text))
    }

    /// Names can hold what moves a terminal's cursor.
    private static func plain(_ text: String) -> String { RunsRendering.plain(text) }

    private static func summary(_ report: AdviseReport) -> String {
        let place = "\(report.database), PostgreSQL \(report.serverVersion)\(report.isStandby ? ", a standby" : "")"
        var text = "\(place): \(report.summary) by \(report.checked.count) checks"
        if !report.suppressed.isEmpty { text += ", \(report.suppressed.count) suppressed" }
        if !report.closed.isEmpty { text += ", \(report.closed.count) closed" }
        if !report.notChecked.isEmpty { text += ", \(report.notChecked.count) not checked" }
        return text + "."
    }

    // MARK: - Objects

    /// `record` says what an object is: finding, suppressed, closed, not_checked, and at the end one summary.
    private struct Record<Content: Encodable>: Encodable {
        let record: String
        let content: Content

        private enum CodingKeys: String, CodingKey { case record }

        func encode(to encoder: any Encoder) throws {
            try content.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(record, forKey: .record)
        }
    }

    private struct Summary: Encodable {
        let database: String
        let serverVersion: String
        let isStandby: Bool
        let critical: Int
        let warnings: Int
        let notices: Int
        let omitted: [String: Int]
        let suppressed: Int
        let closed: Int
        let checked: [AdviceID]
        let notChecked: Int
        let seconds: Double
    }

    private func printObjects(_ report: AdviseReport) throws {
        for finding in report.findings { try JSONLine.print(Record(record: "finding", content: finding)) }
        for suppressed in report.suppressed { try JSONLine.print(Record(record: "suppressed", content: suppressed)) }
        for closed in report.closed { try JSONLine.print(Record(record: "closed", content: closed)) }
        for gap in report.notChecked { try JSONLine.print(Record(record: "not_checked", content: gap)) }
        func count(_ severity: AdviceSeverity) -> Int { report.findings.count { $0.severity == severity } }
        try JSONLine.print(
            Record(
                record: "summary",
                content: Summary(
                    database: report.database, serverVersion: report.serverVersion, isStandby: report.isStandby,
                    critical: count(.critical), warnings: count(.warning), notices: count(.notice),
                    omitted: report.omitted, suppressed: report.suppressed.count, closed: report.closed.count,
                    checked: report.checked, notChecked: report.notChecked.count, seconds: report.seconds)))
    }
}

extension EvidenceValue {
    /// By the unit at the end of the name.
    fileprivate func displayText(_ name: String) -> String {
        switch self {
        case .integer(let value) where name.hasSuffix("_bytes"): Quantities.bytes(value)
        case .integer(let value): Quantities.count(value)
        case .number(let value) where name.hasSuffix("_seconds"): Quantities.seconds(value)
        case .number(let value): "\((value * 100).rounded() / 100)"
        case .text(let value): value
        case .flag(let value): value ? "yes" : "no"
        }
    }
}
