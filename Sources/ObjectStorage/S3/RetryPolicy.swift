/// How often a request is tried and how long to wait between.
package struct RetryPolicy: Hashable, Sendable {
    /// The first try among them. Default: 8, some 30 s in all.
    package var attempts: Int
    /// Tries where the server has never answered yet, so that a wrong address shows soon. Default: 3.
    package var attemptsBeforeFirstAnswer: Int
    /// Default: 250 ms.
    package var firstDelay: Duration
    /// Default: 20 s.
    package var longestDelay: Duration

    package init(
        attempts: Int = 8, attemptsBeforeFirstAnswer: Int = 3, firstDelay: Duration = .milliseconds(250),
        longestDelay: Duration = .seconds(20)
    ) {
        self.attempts = attempts
        self.attemptsBeforeFirstAnswer = attemptsBeforeFirstAnswer
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// The longest wait after attempt `attempt`, which counts from 1: doubling, up to ``longestDelay``.
    package func delay(attempt: Int) -> Duration {
        let doublings = min(max(attempt - 1, 0), 30)
        return min(firstDelay * (1 << doublings), longestDelay)
    }

    /// The wait itself: between half and all of it, as `jitter` from 0 to 1 says, so that many writers do not come
    /// back at once.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        delay(attempt: attempt) * (0.5 + min(max(jitter, 0), 1) / 2)
    }
}
