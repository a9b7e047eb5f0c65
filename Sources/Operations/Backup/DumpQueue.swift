import Synchronization

/// The tasks that nobody has begun yet, in the order in which they should be.
final class DumpQueue: Sendable {
    private let waiting: Mutex<ArraySlice<DumpTask>>
    private let forLeader = Mutex<[TableTask]>([])

    init(_ tasks: [DumpTask]) {
        waiting = Mutex(tasks[...])
    }

    func next() -> DumpTask? {
        waiting.withLock { $0.popFirst() }
    }

    /// A table that a worker may not lock because somebody's ALTER is queued; the leader holds its lock already.
    func leaveToLeader(_ table: TableTask) {
        forLeader.withLock { $0.append(table) }
    }

    func nextForLeader() -> TableTask? {
        forLeader.withLock { $0.popLast() }
    }
}
