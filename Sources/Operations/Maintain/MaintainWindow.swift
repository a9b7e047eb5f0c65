import JobModel

/// The time that a run may take. After its end nothing is begun, and what runs is cancelled by the server itself, which
/// harms neither VACUUM nor ANALYZE nor REINDEX CONCURRENTLY; only what staves off wraparound goes on.
struct MaintainWindow: Sendable {
    /// Nil for no limit.
    let end: ContinuousClock.Instant?
    private let now: @Sendable () -> ContinuousClock.Instant

    /// It begins at this moment.
    init(_ length: Duration?, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        end = length.map { now() + $0 }
    }

    var isOver: Bool { end.map { now() >= $0 } ?? false }

    /// Nil for no limit.
    var rest: Duration? { end.map { max($0 - now(), .zero) } }

    /// As `statement_timeout` takes it: zero is no limit, and too little would end even the statement that sets it
    /// anew.
    var statementTimeoutInMilliseconds: Int64 { rest.map { max($0.wholeMilliseconds, 100) } ?? 0 }

    /// For a question that changes nothing, and may take no longer than `most` in any case: a second it has.
    func statementTimeout(atMost most: Duration) -> Duration {
        rest.map { max(min($0, most), .seconds(1)) } ?? most
    }
}
