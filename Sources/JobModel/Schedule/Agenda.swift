/// Decides what becomes of the instants of one job that have come due: which fire, and which are recorded as missed.
///
/// Pure: what was due, the job's policy and the time of day go in. Every instant that goes in comes out once. After a
/// long outage only the newest go in; the others are misses with a reason of their own.
package struct Agenda: Sendable {
    /// An instant that is to start a run.
    package struct Firing: Sendable, Equatable {
        package let instant: CivilTime
        package let trigger: RunTrigger
        /// How many older instants it stands for.
        package var missedFirings = 0

        package init(instant: CivilTime, trigger: RunTrigger, missedFirings: Int = 0) {
            self.instant = instant
            self.trigger = trigger
            self.missedFirings = missedFirings
        }
    }

    /// An instant that starts nothing.
    package struct Miss: Sendable, Equatable {
        package let instant: CivilTime
        package let reason: RunReason

        package init(instant: CivilTime, reason: RunReason) {
            self.instant = instant
            self.reason = reason
        }
    }

    package struct Decision: Sendable, Equatable {
        /// Oldest first.
        package var firings: [Firing] = []
        package var misses: [Miss] = []
    }

    private let policy: MisfirePolicy
    private let trigger: RunTrigger
    private let graceInSeconds: Int
    private let daemonStart: CivilTime

    /// `trigger` is that of firings in time. Instants up to `daemonStart` were missed because nobody was there, later
    /// ones because the machine slept or its clock was set forward.
    package init(policy: MisfirePolicy, trigger: RunTrigger, grace: Duration, daemonStart: CivilTime) {
        self.policy = policy
        self.trigger = trigger
        graceInSeconds = Int(grace.components.seconds)
        self.daemonStart = daemonStart
    }

    /// How many of the instants that were missed can fire; always the newest.
    package var mostCaughtUp: Int {
        switch policy.catchUp {
        case .none: 0
        case .one: 1
        case .all: policy.limit
        }
    }

    /// Instants from here on are in time.
    package func graceStart(at now: CivilTime) -> CivilTime {
        CivilTime(secondsSinceEpoch: now.secondsSinceEpoch - graceInSeconds)
    }

    /// `due` holds the instants up to `now` without a record, oldest first: all that are in time, and of those that were
    /// missed at least the newest ``mostCaughtUp``. `passedOver` is the number of older ones, which start nothing.
    package func decide(due: [CivilTime], passedOver: Int = 0, now: CivilTime) -> Decision {
        let graceStart = graceStart(at: now)
        let firstInTime = due.firstIndex { $0 >= graceStart } ?? due.count
        var decision = catchUp(
            Array(due[..<firstInTime]), passedOver: passedOver, newerFollows: firstInTime < due.count, now: now)
        for instant in due[firstInTime...] {
            decision.firings.append(Firing(instant: instant, trigger: trigger))
        }
        if firstInTime < due.count, policy.catchUp == .one {
            // Of several in time the newest is the one that surely runs.
            decision.firings[decision.firings.count - 1].missedFirings = passedOver + firstInTime
        }
        return decision
    }

    /// With ``MisfirePolicy/CatchUp/one`` a firing in time stands for all that were missed before it.
    private func catchUp(_ missed: [CivilTime], passedOver: Int, newerFollows: Bool, now: CivilTime) -> Decision {
        let firstYoung = missed.firstIndex { isYoung($0, now: now) } ?? missed.count
        let wanted = policy.catchUp == .one && newerFollows ? 0 : mostCaughtUp
        let firstRun = max(firstYoung, missed.count - wanted)
        var decision = Decision()
        decision.misses = missed[..<firstRun].map { Miss(instant: $0, reason: reasonOfMiss($0, now: now)) }
        decision.firings = missed[firstRun...].map { Firing(instant: $0, trigger: .catchUp) }
        if policy.catchUp == .one, !decision.firings.isEmpty {
            decision.firings[0].missedFirings = passedOver + firstRun
        }
        return decision
    }

    private func isYoung(_ instant: CivilTime, now: CivilTime) -> Bool {
        guard let within = policy.within else { return true }
        return now.secondsSinceEpoch - instant.secondsSinceEpoch <= Int(within.components.seconds)
    }

    /// Why an instant that was missed, or passed over, starts nothing.
    package func reasonOfMiss(_ instant: CivilTime, now: CivilTime) -> RunReason {
        switch policy.catchUp {
        case .none: instant <= daemonStart ? .down : .clock
        case .one: isYoung(instant, now: now) ? .caughtUpByNewer : .tooOld
        case .all: .tooOld
        }
    }
}
