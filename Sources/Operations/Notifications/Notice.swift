package import JobModel

/// Something that people are told: one thing that happened, whatever the way it takes to them. Never holds a secret.
package struct Notice: Sendable, Equatable {
    /// What it is about.
    package enum Subject: Sendable, Equatable {
        /// A run that started or ended.
        case run(RunFacts)
        /// Runs that were due and never started.
        case unstarted(UnstartedRuns)
        /// A job without a good or proven backup for too long.
        case staleness(Staleness)
        /// Somebody tries whether notices arrive.
        case test
    }

    /// Nil for a test.
    package let event: NotifierSettings.Event?
    package let job: String
    /// `backup`, `verify`, …
    package let kind: String
    /// When it was noticed.
    package let at: CivilTime
    package let subject: Subject

    package init(event: NotifierSettings.Event?, job: String, kind: String, at: CivilTime, subject: Subject) {
        self.event = event
        self.job = job
        self.kind = kind
        self.at = at
        self.subject = subject
    }

    /// A notice that tells of nothing, to the notifier `name`.
    package static func test(of name: String, at instant: CivilTime) -> Notice {
        Notice(event: nil, job: name, kind: "test", at: instant, subject: .test)
    }

    /// As the job file writes it under `on`; `test` for a test.
    package var eventName: String { event?.rawValue ?? "test" }

    /// The same for the same thing however often it is sent, so that a receiver knows repetitions.
    package var id: String {
        switch subject {
        case .run(let run): "\(run.id).\(eventName)"
        case .unstarted(let runs): "\(runs.firstID).\(eventName)"
        case .staleness(let staleness): "\(job).\(staleness.concern.rawValue).\(eventName).\(at.compactText)"
        case .test: "\(job).test.\(at.compactText)"
        }
    }
}

/// A run as notices show it.
package struct RunFacts: Sendable, Equatable {
    package let id: RunID
    package let trigger: RunTrigger
    package let scheduledAt: CivilTime?
    package let startedAt: CivilTime?
    package let endedAt: CivilTime?
    /// Nil while it runs.
    package let outcome: RunOutcome?
    package let reason: RunReason?
    /// At most 4,000 characters.
    package let message: String?
    /// The machine, without the process.
    package let host: String
    package let attempts: Int
    package let missedFirings: Int
    package let report: ReportFacts

    package init(_ run: Run) {
        id = run.id
        trigger = run.trigger
        scheduledAt = run.scheduledAt
        startedAt = run.startedAt
        endedAt = run.endedAt
        outcome = run.outcome
        reason = run.reason
        message = run.message.map { NoticeText.shortened($0, to: 4_000) }
        host = ProcessIdentity(run.host)?.host ?? run.host
        attempts = run.attempts
        missedFirings = run.missedFirings
        report = ReportFacts(report: run.report)
    }

    /// Nil while it runs, and where the clock went back meanwhile.
    package var seconds: Int? {
        guard let startedAt, let endedAt, endedAt >= startedAt else { return nil }
        return endedAt.secondsSinceEpoch - startedAt.secondsSinceEpoch
    }
}

/// Runs of one job that never started, told of together.
package struct UnstartedRuns: Sendable, Equatable {
    /// So many of them for one reason.
    package struct Share: Sendable, Equatable {
        package let outcome: RunOutcome
        package let reason: RunReason?
        package let count: Int
    }

    /// The id of the run that was due first.
    package let firstID: RunID
    package let count: Int
    /// The first and the last instant that was due.
    package let first: CivilTime
    package let last: CivilTime
    /// The most frequent first.
    package let shares: [Share]
    package let host: String

    /// Nil for no runs.
    package init?(_ runs: [Run]) {
        guard let earliest = runs.min(by: { $0.instant < $1.instant }),
            let latest = runs.max(by: { $0.instant < $1.instant })
        else { return nil }
        firstID = earliest.id
        count = runs.count
        first = earliest.instant
        last = latest.instant
        host = ProcessIdentity(earliest.host)?.host ?? earliest.host
        shares = Dictionary(grouping: runs) { Cause(outcome: $0.outcome ?? .missed, reason: $0.reason) }
            .map { Share(outcome: $0.key.outcome, reason: $0.key.reason, count: $0.value.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    private struct Cause: Hashable {
        let outcome: RunOutcome
        let reason: RunReason?
    }
}

extension UnstartedRuns.Share {
    fileprivate var name: String { "\(outcome.rawValue) \(reason?.rawValue ?? "")" }
}
