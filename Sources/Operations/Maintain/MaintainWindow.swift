import JobModel

/// The time that a run may take. After its end nothing is begun, and what runs is cancelled by the server itself, which
/// harms neither VACUUM nor ANALYZE nor REINDEX CONCURRENTLY; only what staves off wraparound goes on.
struct MaintainWindow: Sendable {
    /// Nil for no limit.
    let end: ContinuousClock.Instant?

    init(_ length: Duration?) {
        end = length.map { ContinuousClock.now + $0 }
    }

    var isOver: Bool { end.map { ContinuousClock.now >= $0 } ?? false }

    /// Nil for no limit.
    var rest: Duration? { end.map { max($0 - ContinuousClock.now, .zero) } }

    /// As `statement_timeout` takes it: zero is no limit, and too little would end even the statement that sets it
    /// anew.
    var statementTimeoutInMilliseconds: Int64 {
        guard let rest else { return 0 }
        return max(rest.components.seconds * 1_000 + rest.components.attoseconds / 1_000_000_000_000_000, 100)
    }
}
