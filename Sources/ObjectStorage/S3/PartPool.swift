import BlockingWork
import Synchronization

/// What bounds the memory of all parts that are on their way to one store, whichever writers they are of.
///
/// Together they never have more bytes than the limit; a part that is larger than the limit goes alone. Memory of parts
/// that have arrived is kept for the next within the same limit: an upload of any size works with the same few buffers.
final class PartPool: Sendable {
    private let limitInBytes: Int
    private let underWay: Budget
    private let spares = Mutex<[[UInt8]]>([])

    init(limitInBytes: Int) {
        self.limitInBytes = max(1, limitInBytes)
        underWay = Budget(self.limitInBytes)
    }

    /// How many bytes are on their way.
    var bytesUnderWay: Int { underWay.taken }

    /// Waits until a part of so many bytes may go; returns memory to fill with the next, without capacity where there is
    /// none to spare. Throws `CancellationError`.
    func enter(_ count: Int) async throws -> [UInt8] {
        try await underWay.take(count)
        return spare()
    }

    /// A part that has entered has arrived, or failed.
    func leave(_ part: PartMemory) {
        let memory = part.take()
        underWay.giveBack(part.count)
        if memory.capacity > 0 { spares.withLock { $0.append(memory) } }
        trim()
    }

    /// Memory to fill; without capacity where there is none to spare.
    func spare() -> [UInt8] {
        defer { trim() }
        return spares.withLock { $0.popLast() } ?? []
    }

    private func trim() {
        let taken = underWay.taken
        spares.withLock { spares in
            while !spares.isEmpty, spares.reduce(taken, { $0 + $1.capacity }) > limitInBytes { spares.removeLast() }
        }
    }
}
