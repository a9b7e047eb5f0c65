/// What becomes of a firing while the job's previous run still lives.
package enum OverlapPolicy: String, Sendable, CaseIterable {
    /// It is recorded as skipped.
    case skip
    /// It waits; at most one does, and a newer one takes its place.
    case queue
    /// The run is cancelled, and the firing starts when it has cleaned up.
    case replace
    /// It starts beside the other.
    case allow
}
