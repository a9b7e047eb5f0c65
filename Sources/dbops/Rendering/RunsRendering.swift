import JobModel
import Operations

/// Runs as people and machines read them.
enum RunsRendering {
    static func print(_ runs: [Run], json: Bool, quiet: Bool) throws {
        if json {
            for run in runs { try JSONLine.print(RunObject(run)) }
            return
        }
        if runs.isEmpty, !quiet { StandardError.write("No runs here that match.") }
        guard !runs.isEmpty else { return }
        TextTable.print(
            ["RUN", "JOB", "DUE", "STARTED", "TOOK", "OUTCOME", "WHY"],
            runs.map { run in
                [
                    run.id.description, run.job, run.scheduledAt?.text ?? "by hand", run.startedAt?.text ?? "-",
                    run.seconds.map { Quantities.seconds(Double($0)) } ?? "-", run.outcome?.rawValue ?? "running",
                    why(run),
                ]
            })
    }

    /// The reason and the message, on one line of ordinary characters.
    static func why(_ run: Run) -> String {
        let text = [run.reason?.rawValue, run.message].compactMap { $0 }.joined(separator: ": ")
        let line = text.split(whereSeparator: \.isNewline).first.map(plain) ?? ""
        return line.count > longestWhy ? line.prefix(longestWhy - 1) + "…" : line
    }

    /// Without characters that a terminal would obey.
    static func plain(_ text: some StringProtocol) -> String {
        String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0 })
    }

    private static let longestWhy = 100
}
