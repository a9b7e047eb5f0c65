import JobModel
import Logging
import Operations

extension Scheduler {
    /// Looks at the clock once, takes up what is due, decides, records, and returns the runs to start. Starts are on
    /// record before they are returned.
    func pass() async -> [Start] {
        let now = CivilTime(clock.now)
        await diary.flush()
        guard await clockIsUsable(at: now) else { return [] }
        takeDue(now)
        await takeOverReload(now)
        let starts = await claim(admit(now), now)
        await writeRecords()
        await settlePromises()
        await keepHouse(now)
        return starts
    }

    // MARK: - The clock

    private func clockIsUsable(at now: CivilTime) async -> Bool {
        switch watch.look(at: now) {
        case .fine:
            refusal = nil
            return true
        case .behind(let seconds):
            if refusal != nil { logger.warning("The clock was set back", metadata: ["seconds": "\(seconds)"]) }
            refusal = nil
            return true
        case .corrected(let seconds):
            logger.warning(
                "The clock was set back; what lies in the future is due again", metadata: ["seconds": "\(seconds)"])
            refusal = nil
            await correct(to: now)
            return true
        case .refused(let reason):
            guard await operatorAccepts(now) else {
                refuse(reason)
                return false
            }
            logger.warning("The clock was accepted; what lies in the future is due again")
            refusal = nil
            await correct(to: now)
            return true
        }
    }

    /// Whether `dbops accept-clock` was run because of this clock, and has seen to it that nothing on record lies ahead
    /// of it. The accounts alone say nothing: those of rare jobs end long before any clock.
    func operatorAccepts(_ now: CivilTime) async -> Bool {
        guard await hasFreshAcceptance(now), let promises = await diary.promises(),
            promises.allSatisfy({ $0.accountedThrough <= now })
        else { return false }
        watch.remember(now)
        return watch.look(at: now) == .fine
    }

    /// The daemon may look a moment later than the operator who has set the clock.
    private static let lateLookInSeconds = 60

    private func hasFreshAcceptance(_ now: CivilTime) async -> Bool {
        guard let acceptances = await ClockAcceptance.onRecord(in: diary) else { return false }
        let old =
            oldAcceptances
            ?? Set(
                acceptances.filter { acceptance in
                    let age = now.secondsSinceEpoch - acceptance.instant.secondsSinceEpoch
                    return !(0...Self.lateLookInSeconds).contains(age)
                }.map(\.id))
        oldAcceptances = old
        return acceptances.contains { !old.contains($0.id) }
    }

    /// What was put on record for instants after `now` at which nothing was started is taken back.
    private func correct(to now: CivilTime) async {
        clockSteps += 1
        untold.removeAll { $0.instant > now }
        _ = await diary.withdraw(dueAfter: now)
        for name in order { states[name]?.correct(to: now) }
        correctMisses(to: now)
    }

    /// Says once why nothing is started.
    func refuse(_ reason: String) {
        if refusal == nil {
            logger.critical("The clock cannot be right; nothing is started", metadata: ["reason": "\(reason)"])
        }
        refusal = reason
    }

    // MARK: - What is due

    private func takeDue(_ now: CivilTime) {
        for name in order {
            guard let next = states[name]?.nextInstant, next <= now, let entry = states[name]?.entry else { continue }
            let agenda = agenda(of: entry)
            let taken = states[name]?.takeDue(
                upTo: now, since: agenda.graceStart(at: now), andMissed: agenda.mostCaughtUp)
            guard let taken else { continue }
            passOver(taken, of: entry) { agenda.reasonOfMiss($0, now: now) }
            let decision = agenda.decide(due: taken.instants, passedOver: taken.passedOver, now: now)
            states[name]?.waiting += decision.firings.map {
                JobState.Waiting(
                    id: newID(), firing: $0, notBefore: $0.trigger == .catchUp ? catchUpStart(of: name, now) : nil)
            }
            for miss in decision.misses { leave(entry.job, miss.instant, .missed, miss.reason) }
            let waiting = states[name]?.waiting.count ?? 0
            for _ in 0..<max(0, waiting - entry.job.misfire.limit) { giveUpOldest(of: name) }
        }
    }

    private func agenda(of entry: ScheduledJob) -> Agenda {
        let isChained = entry.schedule == nil
        return Agenda(
            policy: entry.job.misfire, trigger: isChained ? .after : .schedule,
            // What others have run is seen once a minute.
            grace: isChained ? max(settings.grace, .seconds(150)) : settings.grace, daemonStart: startedAt)
    }

    private func passOver(
        _ taken: JobState.Taken, of entry: ScheduledJob, for reason: @escaping @Sendable (CivilTime) -> RunReason
    ) {
        guard let stretch = taken.stretch, let schedule = entry.schedule,
            var promise = states[entry.job.name]?.promise
        else { return }
        promise.accountedThrough = stretch.lowerBound
        misses.append(
            MissedStretch(
                of: promise, kind: entry.job.kind.name, schedule: schedule, through: stretch.upperBound,
                recorded: taken.recorded, reason: reason))
    }

    /// After an outage everything is due at once: each job has its own moment within the spread.
    private func catchUpStart(of job: String, _ now: CivilTime) -> CivilTime {
        let offset = Schedule.offsetInSeconds(of: job, within: settings.catchUpSpread)
        return CivilTime(secondsSinceEpoch: now.secondsSinceEpoch + offset)
    }

    /// What is caught up more slowly than it is missed must not pile up.
    private func giveUpOldest(of name: String) {
        guard let state = states[name], let oldest = state.waiting.first else { return }
        leave(state.entry.job, oldest.firing.instant, .missed, .tooOld)
        states[name]?.waiting.removeFirst()
    }

    // MARK: - What may start

    /// Decides on every waiting firing, oldest first; what is skipped is noted to be recorded.
    private func admit(_ now: CivilTime) -> [(entry: ScheduledJob, waiting: JobState.Waiting)] {
        let admission = Admission(
            concurrency: min(settings.concurrency, startLimit ?? .max),
            concurrencyPerServer: settings.concurrencyPerServer)
        var occupied = Occupancy(running.values.lazy.map(\.entry))
        var admitted: [(entry: ScheduledJob, waiting: JobState.Waiting)] = []
        for (name, waiting) in waitingInOrder() {
            guard var entry = states[name]?.entry else { continue }
            entry.isHeld = held.contains(name)
            if let notBefore = waiting.notBefore, notBefore > now { continue }
            let newest = states[name]?.waiting.last?.firing.instant
            let verdict = admission.verdict(
                on: waiting.firing, of: entry, running: occupied,
                isSuperseded: newest.map { $0 > waiting.firing.instant } ?? false, waitsFor: waiting.reason, now: now)
            switch verdict {
            case .start:
                occupied.add(entry)
                admitted.append((entry, waiting))
                remove(waiting.firing, from: name)
            case .wait(let reason): note(reason, on: waiting.firing, of: name)
            case .skip(let reason):
                leave(entry.job, waiting.firing.instant, .skipped, reason)
                remove(waiting.firing, from: name)
            case .replace:
                for occupant in running.values where occupant.run.job == name { occupant.stop.stop(.replaced) }
                note(.replaced, on: waiting.firing, of: name)
            }
        }
        return admitted
    }

    private func waitingInOrder() -> [(name: String, waiting: JobState.Waiting)] {
        order.flatMap { name in (states[name]?.waiting ?? []).map { (name, $0) } }
            .enumerated()
            .sorted { ($0.element.1.firing.instant, $0.offset) < ($1.element.1.firing.instant, $1.offset) }
            .map(\.element)
    }

    private func remove(_ firing: Agenda.Firing, from name: String) {
        states[name]?.waiting.removeAll { $0.firing == firing }
    }

    private func note(_ reason: RunReason, on firing: Agenda.Firing, of name: String) {
        guard let index = states[name]?.waiting.firstIndex(where: { $0.firing == firing }) else { return }
        states[name]?.waiting[index].reason = reason
    }

    // MARK: - Claims and records

    private func claim(_ admitted: [(entry: ScheduledJob, waiting: JobState.Waiting)], _ now: CivilTime) async
        -> [Start]
    {
        let runs = admitted.map { run(of: $0.entry.job, $0.waiting, now) }
        let granted: Set<RunID>
        switch await diary.claim(runs) {
        case .granted(let ids): granted = ids
        case .unavailable where historyIsShared:
            // Somebody else may start them: they wait until the history answers.
            for (entry, waiting) in admitted.reversed() { states[entry.job.name]?.waiting.insert(waiting, at: 0) }
            return []
        case .unavailable:
            await diary.adopt(runs)
            granted = Set(runs.map(\.id))
        }
        return zip(admitted, runs).compactMap { admission, run in
            guard granted.contains(run.id) else { return nil }
            let stop = StopSignal()
            running[run.id] = Occupant(entry: admission.entry, run: run, stop: stop)
            states[run.job]?.running.insert(run.id)
            return Start(entry: admission.entry, run: run, stop: stop)
        }
    }

    private func run(of job: Job, _ waiting: JobState.Waiting, _ now: CivilTime) -> Run {
        let firing = waiting.firing
        return Run(
            id: waiting.id, job: job.name, kind: job.kind.name, trigger: firing.trigger, scheduledAt: firing.instant,
            startedAt: now, host: host, missedFirings: firing.missedFirings)
    }

    /// Notes that an instant starts nothing; ``writeRecords()`` puts it on record.
    func leave(_ job: Job, _ instant: CivilTime, _ outcome: RunOutcome, _ reason: RunReason) {
        leave(job: job.name, kind: job.kind.name, instant, outcome, reason)
    }

    func leave(job: String, kind: String, _ instant: CivilTime, _ outcome: RunOutcome, _ reason: RunReason) {
        let run = Run(
            id: newID(), job: job, kind: kind, trigger: .schedule, scheduledAt: instant,
            outcome: outcome, reason: reason, message: reason.sentence, host: host, attempts: 0)
        unwrittenRecords.append(run)
        untold.append(run)
    }

    func newID() -> RunID {
        var generator = SystemRandomNumberGenerator()
        return RunID(using: &generator)
    }

    /// Once a minute: says that this host lives; once a day: forgets old history.
    private func keepHouse(_ now: CivilTime) async {
        if let last = lastHousekeeping, now.secondsSinceEpoch - last.secondsSinceEpoch < 60, now >= last { return }
        let isNewDay = lastHousekeeping.map { $0.secondsSinceEpoch / 86_400 != now.secondsSinceEpoch / 86_400 } ?? true
        lastHousekeeping = now
        await diary.beat(host: host, at: now)
        await closeAbandonedRuns(now)
        await followOthers(now)
        await readHeld()
        if isNewDay {
            await diary.forget(olderThan: settings.keepsHistoryFor, now: now)
        }
    }
}
