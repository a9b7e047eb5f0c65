import JobModel

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

/// A run for machines; a key that has no value is there all the same, as null.
struct RunObject: Encodable {
    private let run: Run

    init(_ run: Run) {
        self.run = run
    }

    private enum CodingKeys: String, CodingKey {
        case run, job, kind, trigger, scheduledAt, startedAt, endedAt, seconds, outcome, reason, message, host, attempts
        case missedFirings
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(run.id, forKey: .run)
        try container.encode(run.job, forKey: .job)
        try container.encode(run.kind, forKey: .kind)
        try container.encode(run.trigger, forKey: .trigger)
        try container.encode(run.scheduledAt, forKey: .scheduledAt)
        try container.encode(run.startedAt, forKey: .startedAt)
        try container.encode(run.endedAt, forKey: .endedAt)
        try container.encode(run.seconds, forKey: .seconds)
        try container.encode(run.outcome, forKey: .outcome)
        try container.encode(run.reason, forKey: .reason)
        try container.encode(run.message, forKey: .message)
        try container.encode(run.host, forKey: .host)
        try container.encode(run.attempts, forKey: .attempts)
        try container.encode(run.missedFirings, forKey: .missedFirings)
    }
}

extension Run {
    /// How long it took; nil for what never started or still runs.
    var seconds: Int? {
        guard let startedAt, let endedAt else { return nil }
        return max(0, endedAt.secondsSinceEpoch - startedAt.secondsSinceEpoch)
    }
}
