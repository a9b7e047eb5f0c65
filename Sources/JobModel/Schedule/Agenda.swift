/// Decides what becomes of the instants of one job that have come due: which fire, and which are recorded as missed.
///
/// Pure: what was due, the job's policy and the time of day go in. Every instant that goes in comes out once.
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

    /// `due` holds the instants up to `now` without a record, oldest first.
    package func decide(due: [CivilTime], now: CivilTime) -> Decision {
        let firstInTime = due.firstIndex { now.secondsSinceEpoch - $0.secondsSinceEpoch <= graceInSeconds } ?? due.count
        var decision = catchUp(Array(due[..<firstInTime]), newerFollows: firstInTime < due.count, now: now)
        for instant in due[firstInTime...] {
            decision.firings.append(Firing(instant: instant, trigger: trigger))
        }
        if firstInTime < due.count, policy.catchUp == .one {
            // Of several in time the newest is the one that surely runs.
            decision.firings[decision.firings.count - 1].missedFirings = firstInTime
        }
        return decision
    }

    /// With ``MisfirePolicy/CatchUp/one`` a firing in time stands for all that were missed before it.
    private func catchUp(_ missed: [CivilTime], newerFollows: Bool, now: CivilTime) -> Decision {
        let firstYoung = missed.firstIndex { isYoung($0, now: now) } ?? missed.count
        let wanted =
            switch policy.catchUp {
            case .none: 0
            case .one: newerFollows ? 0 : 1
            case .all: policy.limit
            }
        let firstRun = max(firstYoung, missed.count - wanted)
        var decision = Decision()
        decision.misses = missed[..<firstRun].enumerated().map { index, instant in
            Miss(instant: instant, reason: reason(of: instant, isYoung: index >= firstYoung))
        }
        decision.firings = missed[firstRun...].map { Firing(instant: $0, trigger: .catchUp) }
        if policy.catchUp == .one, !decision.firings.isEmpty { decision.firings[0].missedFirings = firstRun }
        return decision
    }

    private func isYoung(_ instant: CivilTime, now: CivilTime) -> Bool {
        guard let within = policy.within else { return true }
        return now.secondsSinceEpoch - instant.secondsSinceEpoch <= Int(within.components.seconds)
    }

    private func reason(of instant: CivilTime, isYoung: Bool) -> RunReason {
        switch policy.catchUp {
        case .none: instant <= daemonStart ? .down : .clock
        case .one: isYoung ? .caughtUpByNewer : .tooOld
        case .all: .tooOld
        }
    }
}
