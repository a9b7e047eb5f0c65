import JobModel

/// Gathers the instants of one job that have come due, in their order, and keeps only those that can fire: after a long
/// outage there may be millions.
struct DueInstants {
    /// Those that are in time, and the newest of those that were missed.
    private(set) var instants: [CivilTime] = []
    /// How many older ones there were.
    private(set) var passedOver = 0
    /// The newest of them.
    private(set) var passedOverThrough: CivilTime?

    private let graceStart: CivilTime
    private let mostMissed: Int
    /// How many of ``instants`` were missed.
    private var missed = 0

    /// Keeps all from `graceStart` on, and the newest `mostMissed` of the others.
    init(since graceStart: CivilTime, andMissed mostMissed: Int) {
        self.graceStart = graceStart
        self.mostMissed = mostMissed
    }

    /// Later than all before.
    mutating func add(_ instant: CivilTime) {
        // Now and then is enough, and moves each instant but once or so.
        if missed > 2 * mostMissed + 64 { dropExcess() }
        instants.append(instant)
        if instant < graceStart { missed += 1 }
    }

    /// Call it after the last ``add(_:)``.
    mutating func dropExcess() {
        let excess = missed - mostMissed
        guard excess > 0 else { return }
        passedOver += excess
        passedOverThrough = instants[excess - 1]
        instants.removeFirst(excess)
        missed = mostMissed
    }
}
