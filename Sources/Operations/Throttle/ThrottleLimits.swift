/// From where on work that can wait is held back, and from where on it is given up.
package struct ThrottleLimits: Sendable, Equatable {
    /// A threshold, and the one at which waiting is not enough.
    package struct Pair<Value: Comparable & Sendable>: Sendable, Equatable where Value: Equatable {
        package var pause: Value
        package var abort: Value

        package init(pause: Value, abort: Value) {
            self.pause = pause
            self.abort = abort
        }
    }

    /// Default: 256 MiB, and 8 GiB.
    package var replayLagBytes = Pair<Int64>(pause: 256 << 20, abort: 8 << 30)
    /// Default: 10 s, and 10 minutes.
    package var replayLag = Pair<Duration>(pause: .seconds(10), abort: .seconds(600))
    /// What a slot keeps, as a part of `max_slot_wal_keep_size`: beyond that size the standby is lost. Default: a half,
    /// and nine tenths.
    package var slotFraction = Pair<Double>(pause: 0.5, abort: 0.9)
    /// What a slot may keep where the server sets no limit. Default: 4 GiB, and 64 GiB.
    package var slotBytes = Pair<Int64>(pause: 4 << 30, abort: 64 << 30)
    /// Default: 42, and 1,000 segments.
    package var archiveBacklogInSegments = Pair<Int>(pause: 42, abort: 1_000)
    /// Default: 5, and 100 sessions.
    package var lockWaiters = Pair<Int>(pause: 5, abort: 100)
    /// The server does not say how many cores it has. Default: 64; never given up for it.
    package var activeBackends = 64

    package init() {}
}
