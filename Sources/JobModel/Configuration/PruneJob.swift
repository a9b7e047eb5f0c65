/// What a job of kind `prune` does: the retention of a backup job, or of all that have one.
package struct PruneJob: Sendable, Equatable {
    /// Default: every backup job with a retention.
    package var of: [String] = []
    /// What a killed run has left is swept when its heartbeat is older than this. Default: 24 h.
    package var abandonedAfter: Duration = .seconds(86_400)

    package init() {}
}
