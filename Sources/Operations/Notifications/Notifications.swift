package import JobModel

/// Tells a job's notifiers what happens to it. Every method returns at once: the outbox sends meanwhile.
package struct Notifications: Sendable {
    private let configuration: Configuration
    private let outbox: NoticeOutbox
    private let clock: any WallClock

    /// `configuration` defines the notifiers that jobs name.
    package init(configuration: Configuration, outbox: NoticeOutbox, clock: any WallClock) {
        self.configuration = configuration
        self.outbox = outbox
        self.clock = clock
    }

    package func runStarted(_ job: Job, _ run: Run) async {
        await post([.started], of: job, .run(RunFacts(run)))
    }

    /// `earlier` is the job's newest earlier run that counts, see ``NoticePlanner/precedent(among:)``; `category` is
    /// that of the run's result.
    package func runEnded(_ job: Job, _ run: Run, earlier: Run?, category: FailureCategory? = nil) async {
        let events = NoticePlanner.events(of: run, earlier: earlier, category: category)
        await post(events, of: job, .run(RunFacts(run)))
    }

    /// Tells of runs that were due and never started, in one notice, and of each that was interrupted in its own.
    package func unstarted(_ job: Job, _ runs: [Run]) async {
        let (together, single) = NoticePlanner.sorted(runs)
        for run in single { await runEnded(job, run, earlier: nil) }
        guard let batch = UnstartedRuns(together) else { return }
        await post([.missed], of: job, .unstarted(batch))
    }

    /// Tells of what ``StalenessWatch`` found.
    package func staleness(_ job: Job, _ event: NotifierSettings.Event, _ staleness: Staleness) async {
        await post([event], of: job, .staleness(staleness))
    }

    private func post(_ events: [NotifierSettings.Event], of job: Job, _ subject: Notice.Subject) async {
        guard !events.isEmpty else { return }
        let now = CivilTime(clock.now)
        let letters = job.notify.compactMap { configuration.notifier(named: $0) }.compactMap { notifier in
            NoticePlanner.event(among: events, for: notifier).map { event in
                let notice = Notice(event: event, job: job.name, kind: job.kind.name, at: now, subject: subject)
                return NoticeOutbox.Letter(notice, to: notifier)
            }
        }
        await outbox.post(letters)
    }
}
