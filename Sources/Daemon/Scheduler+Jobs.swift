package import JobModel
import Logging
import Operations

extension Scheduler {
    /// How late the success of a job that somebody else ran may be seen.
    private static let lookBackInSeconds = 3_600

    /// Takes `jobs` over at the start: reads what was promised in an earlier life, and accounts for it.
    func begin(_ jobs: [ScheduledJob]) async {
        var promises = await readPromises()
        if let latest = promises.map(\.accountedThrough).max() { watch.remember(latest) }
        if await waitForUsableClock() { promises = await readPromises() }
        let now = CivilTime(clock.now)
        startedAt = now
        let known = Dictionary(promises.map { ($0.job, $0) }) { first, _ in first }
        let stored = await lastKnownInstants(jobs.filter { known[$0.job.name] == nil })
        for entry in jobs {
            // What a store knows of is older than now, unless the clock is wrong.
            let since = stored[entry.job.name].map { min($0, now) }
            await take(entry, promise: known[entry.job.name], since: since ?? now, now)
        }
        order = jobs.map(\.job.name)
        // Also of jobs that are there and have no schedule any more, whose rest is accounted for above.
        let gone = promises.filter { states[$0.job]?.entry.promisedText == nil }
        for promise in gone where states[promise.job] == nil { accountForRest(of: promise, through: now) }
        departed.formUnion(gone.map(\.job))
        await recordFirstPromises(of: order.filter { known[$0] == nil })
        seenGeneration = await diary.generation
        await readHeld()
        hasBegun = true
    }

    /// Accounts that begin by a wrong clock would be wrong for ever. Whether an operator has accepted the clock, and so
    /// changed the accounts.
    private func waitForUsableClock() async -> Bool {
        while !isDraining, !Task.isCancelled {
            var look = watch
            let now = CivilTime(clock.now)
            guard case .refused(let reason) = look.look(at: now) else { return false }
            if await operatorAccepts(now) { return true }
            refuse(reason)
            await bell.wait(atMost: .seconds(15))
        }
        return false
    }

    /// Takes over a valid new job file with the next pass: running runs go on, and no due instant is lost.
    package func reload(_ settings: DaemonSettings, _ jobs: [ScheduledJob]) {
        reloaded = (settings, jobs)
        bell.ring()
    }

    /// What was due under the old job file has been taken up already.
    func takeOverReload(_ now: CivilTime) async {
        guard let (settings, jobs) = reloaded else { return }
        reloaded = nil
        hasGarbage = true
        self.settings = settings
        let old = states
        states = [:]
        order = jobs.map(\.job.name)
        for entry in jobs {
            if var state = old[entry.job.name], state.entry.promisedText == entry.promisedText {
                state.entry = entry
                states[entry.job.name] = state
            } else {
                await take(entry, promise: nil, since: now, now)
                states[entry.job.name]?.running = old[entry.job.name]?.running ?? []
                giveUpWaiting(of: old[entry.job.name])
            }
        }
        let gone = old.keys.filter { states[$0]?.entry.promisedText == nil }
        for name in gone where states[name] == nil { giveUpWaiting(of: old[name]) }
        departed.formUnion(gone)
        await recordFirstPromises(of: order.filter { old[$0] == nil })
    }

    /// Of jobs that have none in the history: what is put on record of them is promised from the first, whatever happens
    /// before their promises move on.
    private func recordFirstPromises(of names: [String]) async {
        let unfinished = Set(misses.map(\.promise.job))
        let names = names.filter { states[$0]?.entry.promisedText != nil && !unfinished.contains($0) }
        guard knowsEarlierLife, await diary.record(names.compactMap { states[$0]?.promise }) else { return }
        for name in names { states[name]?.isDirty = false }
    }

    private func giveUpWaiting(of state: JobState?) {
        guard let state else { return }
        for waiting in state.waiting { leave(state.entry.job, waiting.firing.instant, .cancelled, .removed) }
    }

    /// With a promise of the same schedule the accounts go on where they ended; else they begin at `since`.
    private func take(
        _ entry: ScheduledJob, promise: SchedulePromise?, since: CivilTime, _ now: CivilTime
    ) async {
        let name = entry.job.name
        let text = entry.promisedText ?? ""
        if let promise, promise.schedule == text {
            var state = JobState(entry: entry, promise: promise)
            state.isDirty = false
            state.recorded = await recordedInstants(of: name, after: promise.accountedThrough)
            if case .after = entry.job.trigger {
                let hour = CivilTime(secondsSinceEpoch: now.secondsSinceEpoch - Self.lookBackInSeconds)
                state.followed = await recordedInstants(of: name, after: min(promise.accountedThrough, hour))
                state.follow(await successes(before: entry, after: promise.accountedThrough))
            }
            state.refreshNext()
            states[name] = state
            return
        }
        if let promise { accountForRest(of: promise, through: now, job: entry.job) }
        states[name] = JobState(
            entry: entry, promise: SchedulePromise(job: name, schedule: text, since: since, accountedThrough: since))
    }

    /// The instants that were promised by a schedule that is no more, up to `now`: nobody will start them.
    private func accountForRest(of promise: SchedulePromise, through now: CivilTime, job: Job? = nil) {
        guard let schedule = readSchedule(promise), promise.accountedThrough < now else { return }
        misses.append(
            MissedStretch(of: promise, kind: job?.kind.name ?? "", schedule: schedule, through: now) { _ in .removed })
    }

    private func recordedInstants(of job: String, after instant: CivilTime) async -> Set<CivilTime> {
        var query = RunQuery()
        query.job = job
        query.since = instant
        query.omitsTexts = true
        query.limit = .max
        return Set((await diary.runs(query) ?? []).compactMap(\.scheduledAt))
    }

    /// When the job that `entry` follows succeeded since its accounts end.
    private func successes(before entry: ScheduledJob, after instant: CivilTime) async -> [CivilTime] {
        guard case .after(let other) = entry.job.trigger else { return [] }
        var query = RunQuery()
        query.job = other
        query.outcomes = [.succeeded, .partial]
        query.omitsTexts = true
        // The newest are enough: a run that began earlier may have ended since.
        query.limit = 10_000
        return (await diary.runs(query) ?? []).compactMap(\.endedAt).filter { $0 > instant }.sorted()
    }

    /// Successes of jobs that were run by a command, or by the daemon of another host.
    func followOthers(_ now: CivilTime) async {
        for name in order {
            guard let state = states[name], case .after = state.entry.job.trigger else { continue }
            let hour = CivilTime(secondsSinceEpoch: now.secondsSinceEpoch - Self.lookBackInSeconds)
            states[name]?.followed = state.followed.filter { $0 > hour }
            let found = await successes(before: state.entry, after: max(state.promise.since, hour))
            states[name]?.follow(found)
        }
    }

    /// A shared history is waited for, because without it nobody knows who starts what.
    private func readPromises() async -> [SchedulePromise] {
        while !Task.isCancelled {
            if let promises = await diary.promises() {
                knowsEarlierLife = true
                return promises
            }
            guard historyIsShared else { break }
            await bell.wait(atMost: .seconds(15))
            if isDraining { break }
        }
        return []
    }

    /// The history did not answer at the start and does now: what was missed before this life is put on record.
    func accountForEarlierLife() async {
        guard !knowsEarlierLife, let promises = await diary.promises() else { return }
        knowsEarlierLife = true
        for promise in promises {
            guard let state = states[promise.job], state.promise.schedule == promise.schedule,
                let schedule = state.entry.schedule
            else { continue }
            let (job, end) = (state.entry.job, state.promise.since)
            guard promise.accountedThrough < end else { continue }
            misses.append(
                MissedStretch(of: promise, kind: job.kind.name, schedule: schedule, through: end) { _ in .down })
            hasBacklog = true
        }
    }

    /// Runs that were started and whose process is gone: nobody else will say how they ended.
    func closeAbandonedRuns(_ now: CivilTime) async {
        guard let unfinished = await diary.unfinished(), let beats = await diary.beats() else { return }
        hosts.look(at: beats, of: Set(unfinished.map(\.host)), uptime: uptime())
        for var run in unfinished where running[run.id] == nil && isGone(run, hosts.silence(of: run.host)) {
            run.outcome = .interrupted
            run.reason = .crash
            run.message = RunReason.crash.sentence
            run.endedAt = now
            await diary.update(run)
            tally.add(run)
            logger.error("Run was interrupted", metadata: ["run.id": "\(run.id)", "job.name": "\(run.job)"])
            if let entry = states[run.job]?.entry { await announce(entry, [run]) }
        }
    }
}
