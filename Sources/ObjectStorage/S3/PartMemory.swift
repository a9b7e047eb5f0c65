import Synchronization

/// The bytes of a part on its way. Only this holds them, so that their memory can be filled again once the part has
/// arrived.
final class PartMemory: Sendable {
    let count: Int
    private let storage: Mutex<[UInt8]>

    init(_ bytes: [UInt8]) {
        count = bytes.count
        storage = Mutex(bytes)
    }

    var bytes: [UInt8] { storage.withLock { $0 } }

    /// The memory, emptied. Nobody may need the bytes any more.
    func take() -> [UInt8] {
        var memory = storage.withLock { storage in
            let bytes = storage
            storage = []
            return bytes
        }
        memory.removeAll(keepingCapacity: true)
        return memory
    }
}
