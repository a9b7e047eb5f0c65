import Synchronization

/// Work that nobody has begun yet, in the order in which it should be; several workers take from it.
final class WorkQueue<Item: Sendable>: Sendable {
    private let waiting: Mutex<ArraySlice<Item>>

    init(_ items: [Item]) {
        waiting = Mutex(items[...])
    }

    func next() -> Item? {
        waiting.withLock { $0.popFirst() }
    }

    func append(_ item: Item) {
        waiting.withLock { $0.append(item) }
    }
}
