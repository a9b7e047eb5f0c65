/// Judges the time of day against what was seen and recorded before.
package struct ClockWatch: Sendable {
    package enum Verdict: Sendable, Equatable {
        case fine
        /// Set back by so little that nothing is done: each instant fires at most once anyway.
        case behind(seconds: Int)
        /// Set back by more than three hours: what lies in the future is no longer due.
        case corrected(seconds: Int)
        /// So wrong that nothing is started by it.
        case refused(reason: String)
    }

    private static let correctionInSeconds = 3 * 3_600
    private static let refusalInSeconds = 86_400

    private let notBefore: CivilTime
    private var latest: CivilTime

    /// The clock is wrong before `notBefore`, when this dbops was made. `latest` is the last instant on record.
    package init(notBefore: CivilTime, latest: CivilTime) {
        self.notBefore = notBefore
        self.latest = latest
    }

    /// Counts from an instant on record.
    package mutating func remember(_ instant: CivilTime) {
        latest = instant
    }

    /// Looks at the clock once. After a correction later looks count from the corrected time.
    package mutating func look(at now: CivilTime) -> Verdict {
        guard now >= notBefore else {
            return .refused(reason: "the clock says \(now.text), which is before this dbops was made")
        }
        let back = latest.secondsSinceEpoch - now.secondsSinceEpoch
        if back > Self.refusalInSeconds {
            return .refused(
                reason: "the clock says \(now.text), which is more than a day before the last instant on record, "
                    + "\(latest.text); if it is right now, and was wrong then: dbops accept-clock")
        }
        if back > Self.correctionInSeconds {
            latest = now
            return .corrected(seconds: back)
        }
        latest = max(latest, now)
        return back > 0 ? .behind(seconds: back) : .fine
    }
}
