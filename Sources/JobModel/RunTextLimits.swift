/// How much of a run's texts a ledger keeps: a history must not grow with a job that talks without end. What is cut
/// says so.
package enum RunTextLimits {
    /// Lines of a run's log, the mark that says that there were more included.
    package static let logLines = 10_000
    package static let bytesPerLogLine = 4 << 10
    package static let bytesPerMessage = 8 << 10
    /// For each of ``Run/plan`` and ``Run/report``.
    package static let bytesPerText = 1 << 20

    /// The lines to store behind `count` stored ones.
    package static func bounded(_ lines: [RunLogLine], after count: Int) -> [RunLogLine] {
        let room = max(0, logLines - 1 - count)
        var bounded = lines.prefix(room).map { line in
            RunLogLine(at: line.at, level: line.level, text: cut(line.text, toBytes: bytesPerLogLine))
        }
        if count < logLines, let first = lines.dropFirst(room).first {
            bounded.append(RunLogLine(at: first.at, level: "warning", text: "The log is cut here: too many lines."))
        }
        return bounded
    }

    /// The run with its message, plan and report cut.
    package static func bounded(_ run: Run) -> Run {
        var bounded = run
        bounded.message = run.message.map { cut($0, toBytes: bytesPerMessage) }
        bounded.plan = run.plan.map { cut($0, toBytes: bytesPerText) }
        bounded.report = run.report.map { cut($0, toBytes: bytesPerText) }
        return bounded
    }

    /// The beginning of `text` with a mark where it is longer than `limit`, mark included; without zeros, which
    /// databases do not take in texts.
    static func cut(_ text: String, toBytes limit: Int) -> String {
        let clean = text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        let count = clean.utf8.count
        guard count > limit else { return clean }
        let mark = "… (cut, \(count) bytes in all)"
        var end = clean.utf8.index(clean.startIndex, offsetBy: max(0, limit - mark.utf8.count))
        while end.samePosition(in: clean.unicodeScalars) == nil { end = clean.utf8.index(before: end) }
        return clean[..<end] + mark
    }
}
