import Synchronization

/// Things in the order in which they came, from many tasks.
package final class Journal<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    package init() {}

    package func add(_ element: Element) {
        elements.withLock { $0.append(element) }
    }

    package var all: [Element] { elements.withLock { $0 } }
}
