import JobModel

/// A stretch of a schedule whose instants start nothing and are yet to be put on record. It is kept as its two ends: the
/// instants, which may be millions, are computed when they are written.
struct MissedStretch {
    /// What the account of these instants stands under. Its end moves on with ``take(atMost:)``.
    private(set) var promise: SchedulePromise
    let kind: String
    private let schedule: Schedule
    private var end: CivilTime
    /// Instants that have a record.
    private let recorded: Set<CivilTime>
    private let reason: @Sendable (CivilTime) -> RunReason

    /// From where the account of `promise` ends up to `end`, itself included.
    init(
        of promise: SchedulePromise, kind: String, schedule: Schedule, through end: CivilTime,
        recorded: Set<CivilTime> = [], reason: @escaping @Sendable (CivilTime) -> RunReason
    ) {
        self.promise = promise
        self.kind = kind
        self.schedule = schedule
        self.end = end
        self.recorded = recorded
        self.reason = reason
    }

    var isDone: Bool { promise.accountedThrough >= end }

    /// The next instants; fewer than `limit` only where the stretch is done.
    mutating func take(atMost limit: Int) -> [Agenda.Miss] {
        var misses: [Agenda.Miss] = []
        while misses.count < limit, !isDone {
            guard let next = schedule.nextFiring(after: promise.accountedThrough), next <= end else {
                promise.accountedThrough = end
                break
            }
            promise.accountedThrough = next
            if !recorded.contains(next) { misses.append(Agenda.Miss(instant: next, reason: reason(next))) }
        }
        return misses
    }

    /// The clock was set back: what lies after `now` is not due yet.
    mutating func correct(to now: CivilTime) {
        end = min(end, now)
        promise.accountedThrough = min(promise.accountedThrough, now)
        promise.since = min(promise.since, now)
    }
}
