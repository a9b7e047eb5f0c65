/// How often a run that failed is tried again, and after how long.
package struct RetrySettings: Sendable, Equatable {
    /// Attempts after the first. Default: 0.
    package var count = 0
    /// Before the first retry; doubled before each further one. Default: 60 s.
    package var delay: Duration = .seconds(60)
    /// No delay is longer. Default: 1 h.
    package var longestDelay: Duration = .seconds(3_600)

    package init() {}

    /// How long to wait before retry `number` (1 for the first): between the half and the whole of the doubled delay,
    /// as `random` says (0 to 1), so that jobs that failed together do not come back together.
    package func delay(beforeRetry number: Int, random: Double) -> Duration {
        let doubled = delay * (1 << min(max(number - 1, 0), 20))
        return min(doubled, longestDelay) * (0.5 + 0.5 * min(max(random, 0), 1))
    }
}
