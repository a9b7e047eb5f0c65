/// How much the next batch takes on, so that each takes about as long as it should: a batch that took more than twice
/// as long halves it, one that took less than half as long adds a fifth.
package struct BatchSizer: Sendable, Equatable {
    package private(set) var size: Int
    private let bounds: ClosedRange<Int>
    private let target: Duration

    package init(start: Int, bounds: ClosedRange<Int>, target: Duration) {
        size = min(max(start, bounds.lowerBound), bounds.upperBound)
        self.bounds = bounds
        self.target = target
    }

    /// A batch that found less to do than it could says nothing of what is too little.
    package mutating func record(_ duration: Duration, wasFull: Bool) {
        if duration > target * 2 {
            halve()
        } else if duration < target / 2, wasFull {
            size = min(size + max(size / 5, 1), bounds.upperBound)
        }
    }

    /// After a batch that the server broke off.
    package mutating func halve() {
        size = max(size / 2, bounds.lowerBound)
    }
}
