package import Foundation

/// The time of day, handed in so that nothing decides by a clock that a test cannot set.
package protocol WallClock: Sendable {
    var now: Date { get }
}

/// The machine's own clock.
package struct SystemWallClock: WallClock {
    package init() {}
    package var now: Date { Date() }
}
