/// One execution of a job, or the record that there was none though one was due.
package struct Run: Sendable, Codable, Equatable {
    package let id: RunID
    package let job: String
    /// `backup`, `verify`, …
    package let kind: String
    package let trigger: RunTrigger
    /// The instant that was due; nil for a run by hand. A job has at most one run for each.
    package let scheduledAt: CivilTime?
    /// Nil while it runs.
    package var outcome: RunOutcome?
    package var reason: RunReason?
    /// What happened, for people; never holds a secret.
    package var message: String?
    /// Nil for what never started.
    package var startedAt: CivilTime?
    package var endedAt: CivilTime?
    /// The machine that ran it.
    package var host: String
    /// 1 for a run that was not tried again.
    package var attempts: Int
    /// How many older firings this run catches up.
    package var missedFirings: Int
    /// What was going to be done, as JSON or text.
    package var plan: String?
    /// What was done: the job kind's own report, as JSON.
    package var report: String?

    package init(
        id: RunID, job: String, kind: String, trigger: RunTrigger, scheduledAt: CivilTime?,
        outcome: RunOutcome? = nil, reason: RunReason? = nil, message: String? = nil, startedAt: CivilTime? = nil,
        endedAt: CivilTime? = nil, host: String, attempts: Int = 1, missedFirings: Int = 0
    ) {
        self.id = id
        self.job = job
        self.kind = kind
        self.trigger = trigger
        self.scheduledAt = scheduledAt
        self.outcome = outcome
        self.reason = reason
        self.message = message
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.host = host
        self.attempts = attempts
        self.missedFirings = missedFirings
    }
}

extension Run {
    /// Where the run stands in the history: when it was due, else when it started, else when it was recorded as ended.
    package var instant: CivilTime {
        scheduledAt ?? startedAt ?? endedAt ?? CivilTime(secondsSinceEpoch: 0)
    }
}

/// What made a run start.
package enum RunTrigger: String, Sendable, Codable {
    case schedule
    /// A firing that was missed and is made up for.
    case catchUp = "catch-up"
    /// The success of another job.
    case after
    /// A command.
    case manual
}
