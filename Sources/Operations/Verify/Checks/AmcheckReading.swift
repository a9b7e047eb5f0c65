import JobModel

/// What pg_amcheck found in a database. Pure.
struct AmcheckReading: Sendable {
    let hasFindings: Bool
    /// Each fault in a line that is not indented, which names the database too; what it is in those that follow.
    let output: String
    let tables: Int
    let indexes: Int

    /// Of all databases together.
    static func check(_ readings: [AmcheckReading]) -> VerificationCheck {
        let lines = readings.flatMap { $0.output.split(separator: "\n").map(String.init) }
        let faults = lines.count { $0.first?.isWhitespace == false }
        let tables = readings.reduce(0) { $0 + $1.tables }
        let indexes = readings.reduce(0) { $0 + $1.indexes }
        let what = "\(Quantities.count(tables)) tables and \(Quantities.count(indexes)) B-tree indexes"
        guard readings.contains(where: \.hasFindings) else {
            return VerificationCheck(
                name: AmcheckRun.name, verdict: .passed, expected: "\(what) without a fault",
                found: "no fault in \(what)")
        }
        let most = 20
        let rest = lines.count > most ? ["and \(lines.count - most) lines more"] : []
        return VerificationCheck(
            name: AmcheckRun.name, verdict: .failed, expected: "\(what) without a fault",
            found: faults == 1 ? "1 fault" : "\(Quantities.count(faults)) faults",
            details: lines.prefix(most).map { String($0.prefix(500)) } + rest)
    }
}
