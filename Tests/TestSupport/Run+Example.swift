package import JobModel

extension Run {
    /// A run of the job `nightly` that was due at `second` seconds after 2026-11-21T02:00:00Z and started then; nil is
    /// a run by hand, which started at that instant itself.
    package static func example(
        job: String = "nightly", due second: Int? = 0, started: Int? = nil, outcome: RunOutcome? = nil,
        reason: RunReason? = nil
    ) -> Run {
        var generator = SystemRandomNumberGenerator()
        let wasRun = outcome != .skipped && outcome != .missed
        let instant = CivilTime.example(started ?? second ?? 0)
        var run = Run(
            id: RunID(using: &generator), job: job, kind: "backup", trigger: second == nil ? .manual : .schedule,
            scheduledAt: second.map { .example($0) }, outcome: outcome, reason: reason, host: "host-1")
        run.startedAt = wasRun ? instant : nil
        run.endedAt = outcome == nil ? nil : instant
        return run
    }

    /// The same run, ended.
    package func ended(_ outcome: RunOutcome, at second: Int = 60, message: String? = nil) -> Run {
        var run = self
        run.outcome = outcome
        run.endedAt = .example(second)
        run.message = message
        return run
    }
}

extension CivilTime {
    /// So many seconds after 2026-11-21T02:00:00Z.
    package static func example(_ seconds: Int) -> CivilTime {
        CivilTime(secondsSinceEpoch: 1_795_226_400 + seconds)
    }
}
