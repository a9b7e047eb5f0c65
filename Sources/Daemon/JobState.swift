import JobModel

/// What the scheduler knows of one job.
struct JobState {
    var entry: ScheduledJob
    var promise: SchedulePromise
    /// Whether ``promise`` is yet to be written.
    var isDirty = true
    /// Instants of a job that follows another: when the other succeeded.
    var due: [CivilTime] = []
    /// Those of ``due`` that lie in a future that never was: the clock was set back. They are due all the same.
    private var overtaken: Set<CivilTime> = []
    /// Those of the last hour and later that were taken up, or have a record.
    var followed: Set<CivilTime> = []
    /// Firings that may not start yet, oldest first.
    var waiting: [Waiting] = []
    /// Runs of the job that live.
    var running: Set<RunID> = []
    /// When something is due next; nil where nothing will be by itself.
    private(set) var nextInstant: CivilTime?
    /// Up to here every instant was taken up: it has a record, or it waits.
    private(set) var takenThrough: CivilTime
    /// Instants after the promise's account that have a record from an earlier life.
    var recorded: Set<CivilTime> = []

    struct Waiting {
        /// Of the run that it becomes. A claim whose answer was lost is made again by the same name.
        let id: RunID
        let firing: Agenda.Firing
        /// Runs that catch up do not all begin at once.
        var notBefore: CivilTime?
        /// What it waits for.
        var reason: RunReason?
    }

    init(entry: ScheduledJob, promise: SchedulePromise) {
        self.entry = entry
        self.promise = promise
        takenThrough = promise.accountedThrough
        refreshNext()
    }

    /// The job that this one follows succeeded at `instants`; each counts once.
    mutating func follow(_ instants: some Sequence<CivilTime>) {
        for instant in instants where followed.insert(instant).inserted { due.append(instant) }
        refreshNext()
    }

    mutating func refreshNext() {
        nextInstant = entry.schedule?.nextFiring(after: takenThrough) ?? (overtaken.isEmpty ? due.min() : takenThrough)
    }

    /// What ``takeDue(upTo:since:andMissed:)`` took up.
    struct Taken {
        /// Oldest first, without those that have a record.
        let instants: [CivilTime]
        /// How many older ones start nothing, and the stretch that they lie in.
        let passedOver: Int
        let stretch: Range<CivilTime>?
        /// Instants that have a record from an earlier life.
        let recorded: Set<CivilTime>
    }

    /// Takes up the instants up to `now` that have no record: those from `graceStart` on, and the newest `mostMissed` of
    /// the others. The rest is passed over. Instants of a job that follows another are never passed over.
    mutating func takeDue(upTo now: CivilTime, since graceStart: CivilTime, andMissed mostMissed: Int) -> Taken {
        let begin = takenThrough
        var recordedNow: Set<CivilTime> = []
        var found = DueInstants(since: graceStart, andMissed: mostMissed)
        if let schedule = entry.schedule {
            for instant in schedule.firings(after: begin, through: now) {
                if recorded.remove(instant) == nil { found.add(instant) } else { recordedNow.insert(instant) }
            }
            found.dropExcess()
        }
        let isReady = { [overtaken] in $0 <= now || overtaken.contains($0) }
        let followed = due.filter { isReady($0) && recorded.remove($0) == nil }.sorted()
        due.removeAll(where: isReady)
        overtaken = []
        takenThrough = max(takenThrough, now)
        refreshNext()
        return Taken(
            instants: found.instants + followed, passedOver: found.passedOver,
            stretch: found.passedOverThrough.map { begin..<$0 }, recorded: recordedNow)
    }

    /// The clock was set back: what a schedule says after `now` is not due yet. What followed a success did happen, by
    /// whatever clock.
    mutating func correct(to now: CivilTime) {
        takenThrough = min(takenThrough, now)
        if entry.schedule != nil { waiting.removeAll { $0.firing.instant > now } }
        overtaken = Set(due.filter { $0 > now })
        // Of those after it some records were withdrawn; what has one all the same is not granted a second.
        recorded = recorded.filter { $0 <= now }
        isDirty = isDirty || promise.accountedThrough > now
        promise.accountedThrough = min(promise.accountedThrough, now)
        promise.since = min(promise.since, now)
        refreshNext()
    }

    /// Moves the account on to where every instant has a record; no further than `limit`, from where on misses are yet
    /// to be written.
    mutating func settle(before limit: CivilTime?) {
        let beforeWaiting = waiting.map { CivilTime(secondsSinceEpoch: $0.firing.instant.secondsSinceEpoch - 1) }
        let through = beforeWaiting.reduce(min(takenThrough, limit ?? takenThrough), min)
        guard through > promise.accountedThrough else { return }
        promise.accountedThrough = through
        isDirty = true
    }
}
