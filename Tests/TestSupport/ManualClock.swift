package import Foundation
package import JobModel
import Synchronization

/// A clock that stands still until it is moved.
package final class ManualClock: WallClock {
    private let instant: Mutex<Date>

    /// Default: 2026-11-21T02:00:00Z.
    package init(_ now: CivilTime = CivilTime(secondsSinceEpoch: 1_795_226_400)) {
        instant = Mutex(now.date)
    }

    package var now: Date { instant.withLock { $0 } }

    package func advance(by seconds: Double) {
        instant.withLock { $0 += seconds }
    }
}
