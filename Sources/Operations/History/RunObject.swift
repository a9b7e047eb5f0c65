package import JobModel

/// A run for machines; a key that has no value is there all the same, as null.
package struct RunObject: Encodable, Sendable {
    private let run: Run

    package init(_ run: Run) {
        self.run = run
    }

    private enum CodingKeys: String, CodingKey {
        case run, job, kind, trigger, scheduledAt, startedAt, endedAt, seconds, outcome, reason, message, host, attempts
        case missedFirings
    }

    package func encode(to encoder: any Encoder) throws {
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
    package var seconds: Int? {
        guard let startedAt, let endedAt else { return nil }
        return max(0, endedAt.secondsSinceEpoch - startedAt.secondsSinceEpoch)
    }
}
