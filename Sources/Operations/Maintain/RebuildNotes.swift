import JobModel
import Synchronization

/// Remembers which rebuilds were begun, so that a run that is killed in the middle leaves nothing that the next one
/// would not know for its own.
final class RebuildNotes: Sendable {
    private let memory: any JobMemory
    private let memoryName: String?
    private let leftovers: Mutex<IndexLeftovers.Memory>

    init(memory: any JobMemory, memoryName: String?, leftovers: IndexLeftovers.Memory) {
        self.memory = memory
        self.memoryName = memoryName
        self.leftovers = Mutex(leftovers)
    }

    func begin(_ index: String) async {
        leftovers.withLock { _ = $0.begun.insert(index) }
        await save()
    }

    /// Nothing of it is left.
    func end(_ index: String) async {
        leftovers.withLock { _ = $0.begun.remove(index) }
        await save()
    }

    func save() async {
        guard let memoryName else { return }
        await leftovers.withLock { $0 }.remember(memoryName, in: memory)
    }
}
