/// What a change of the clocks does to a job on one day.
package struct ClockEffect: Sendable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Firings that other days have are not there.
        case skipped
        /// Firings come when the clocks have been put forward, not at their own time.
        case moved
        /// Firings come twice.
        case doubled
    }

    package let kind: Kind
    /// By local clocks.
    package let date: CivilDate
    /// When the clocks change.
    package let instant: CivilTime
    /// A sentence without a full stop, in lower case, that names the date and the expression.
    package let message: String
}

extension Schedule {
    /// The days, of so many from `instant` on, on which clock changes skip, move or double firings of this schedule, in
    /// their order. A job that runs at a steady pace through a change has none. Default: 400 days.
    package func clockEffects(from instant: CivilTime, days: Int = 400) -> [ClockEffect] {
        guard case .cron(let expression) = trigger else { return [] }
        let end = CivilTime(secondsSinceEpoch: instant.secondsSinceEpoch + days * 86_400)
        return zone.transitions(after: instant, through: end).compactMap { transition in
            ClockChange(expression: expression, transition: transition).effect
        }
    }
}
