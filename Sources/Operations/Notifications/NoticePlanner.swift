package import JobModel

/// Decides of what a run is news, and who is told. Pure.
package enum NoticePlanner {
    /// What a run that ended is news of, the most telling first: of one run each notifier is told once, of the first of
    /// these that it wants. `earlier` is the job's newest earlier run that counts (``precedent(among:)``).
    /// `category` is the kind of failure, where it is known.
    ///
    /// - A run that was cancelled because the daemon stopped has failed: its instant is not started again, and nobody
    ///   else would say that its backup is not there. One that an operator stopped, or that made way for a newer
    ///   firing as `overlap = "replace"` wants it, is no news.
    /// - A run that started and was then skipped (a standby, a backup that went while it was verified) counts as missed.
    /// - A verification that found damage is `verification-failed`; one that could not be made is only `failed`.
    package static func events(
        of run: Run, earlier: Run?, category: FailureCategory? = nil
    ) -> [NotifierSettings.Event] {
        switch run.outcome {
        case nil: [.started]
        case .succeeded:
            earlier.map { !events(of: $0, earlier: nil).allSatisfy(\.isGood) } == true
                ? [.recovered, .succeeded] : [.succeeded]
        case .partial: [.partial]
        case .failed: foundDamage(run, category) ? [.verificationFailed, .failed] : [.failed]
        case .interrupted: [.failed]
        case .cancelled: run.reason == .byHand || run.reason == .replaced ? [] : [.failed]
        case .missed, .skipped: isDeliberate(run) ? [] : [.missed]
        }
    }

    /// The newest of `runs` that says how the job does: neither one that still runs, nor one that somebody stopped or
    /// held back on purpose. `runs` are the job's earlier runs, newest first.
    package static func precedent(among runs: [Run]) -> Run? {
        runs.first { $0.outcome != nil && !events(of: $0, earlier: nil).isEmpty }
    }

    /// The first of `events` that `notifier` wants. A notifier of kind `healthchecks` is told of every start and end,
    /// whatever it wants: a check that hears of successes alone, or of failures alone, says nothing true.
    package static func event(
        among events: [NotifierSettings.Event], for notifier: NotifierSettings
    ) -> NotifierSettings.Event? {
        if case .healthchecks = notifier.kind, let first = events.first, first.isOfARun { return first }
        return events.first { notifier.events.contains($0) }
    }

    /// Of runs that did not start: those that are news together, and those that are news one by one (interrupted
    /// ones, of which nobody else tells).
    package static func sorted(_ runs: [Run]) -> (together: [Run], single: [Run]) {
        let news = runs.filter { !events(of: $0, earlier: nil).isEmpty }
        return (news.filter(\.neverStarted), news.filter { !$0.neverStarted })
    }

    private static func isDeliberate(_ run: Run) -> Bool {
        switch run.reason {
        case .paused, .replaced, .removed, .byHand: true
        default: false
        }
    }

    private static func foundDamage(_ run: Run, _ category: FailureCategory?) -> Bool {
        guard run.kind == "verify" else { return false }
        return category == .damaged || !ReportFacts(report: run.report).failedChecks.isEmpty
    }
}

extension Run {
    fileprivate var neverStarted: Bool { outcome == .missed || outcome == .skipped }
}

extension NotifierSettings.Event {
    fileprivate var isGood: Bool { self == .succeeded || self == .recovered || self == .started }

    /// Whether a run that started or ended is told of by it.
    fileprivate var isOfARun: Bool {
        switch self {
        case .started, .succeeded, .failed, .partial, .recovered, .verificationFailed: true
        case .missed, .stale: false
        }
    }
}
