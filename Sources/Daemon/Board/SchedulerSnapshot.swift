package import JobModel

/// What the scheduler knows at one moment.
package struct SchedulerSnapshot: Sendable {
    package struct JobState: Sendable {
        package let entry: ScheduledJob
        /// When something is due next; nil where nothing will be by itself.
        package let next: CivilTime?
        /// Paused by an order.
        package let isHeld: Bool
        package let running: [Run]
        /// Firings that may not start yet, and what the oldest waits for.
        package let waiting: Int
        package let waitsFor: RunReason?
    }

    package let startedAt: CivilTime
    /// Of the jobs in the order of the job file.
    package let jobs: [JobState]
    package let tally: RunTally
    /// Why nothing is started at present: a clock that cannot be right.
    package let clockTrouble: String?
    /// Not yet all of the job file's jobs are known.
    package let isStarting: Bool
    package let isDraining: Bool
    /// Runs at the same time.
    package let concurrency: Int
}

extension Scheduler {
    package func snapshot() -> SchedulerSnapshot {
        SchedulerSnapshot(
            startedAt: startedAt,
            jobs: order.compactMap { name in
                guard let state = states[name] else { return nil }
                let live = state.running.compactMap { running[$0]?.run }
                return SchedulerSnapshot.JobState(
                    entry: state.entry, next: state.nextInstant, isHeld: held.contains(name),
                    running: live.sorted { $0.instant < $1.instant }, waiting: state.waiting.count,
                    waitsFor: state.waiting.first?.reason)
            },
            tally: tally, clockTrouble: refusal, isStarting: !hasBegun, isDraining: isDraining,
            concurrency: min(settings.concurrency, startLimit ?? .max))
    }
}
