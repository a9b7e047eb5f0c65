import JobModel

/// Which findings come first, and which are left out.
enum AdviceSorting {
    /// Worst first; what is equally bad by check and object.
    static func sorted(_ findings: [Finding]) -> [Finding] {
        findings.sorted { left, right in
            if left.severity != right.severity { return left.severity > right.severity }
            if left.id != right.id { return left.id.rawValue < right.id.rawValue }
            if left.measure != right.measure { return left.measure > right.measure }
            return left.object < right.object
        }
    }

    /// What is open, and what is accepted on that day; of two suppressions the one that holds longer counts.
    static func split(
        _ findings: [Finding], by suppressions: [AdviceSuppression], on day: CivilDate
    ) -> (open: [Finding], suppressed: [SuppressedFinding]) {
        var open: [Finding] = []
        var suppressed: [SuppressedFinding] = []
        for finding in findings {
            let covering = suppressions.filter { $0.covers(finding.id, object: finding.object, on: day) }
            guard let suppression = covering.max(by: { $0.until < $1.until }) else {
                open.append(finding)
                continue
            }
            suppressed.append(
                SuppressedFinding(finding: finding, until: suppression.until.text, reason: suppression.reason))
        }
        return (open, suppressed)
    }

    /// At most so many of each check, and how many of it were left out.
    static func shortened(_ findings: [Finding], mostOfACheck most: Int) -> (shown: [Finding], omitted: [String: Int]) {
        var counts: [AdviceID: Int] = [:]
        var shown: [Finding] = []
        for finding in findings {
            counts[finding.id, default: 0] += 1
            if counts[finding.id, default: 0] <= most { shown.append(finding) }
        }
        let omitted = counts.filter { $0.value > most }.map { ($0.key.rawValue, $0.value - most) }
        return (shown, Dictionary(uniqueKeysWithValues: omitted))
    }
}
