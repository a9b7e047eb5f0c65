import Archive
import ObjectStorage
import Synchronization

/// What the workers have finished, gathered for the manifest.
final class DumpResults: Sendable {
    struct Table: Sendable {
        let task: TableTask
        let digest: RowDigest
        let object: StoredObject
        let members: [MemberIndex.Member]
    }

    struct LargeObjects: Sendable {
        let task: LargeObjectTask
        /// By the dump id of the BLOBS entry.
        var digests: [Int: LargeObjectDigest] = [:]
        /// Packs and large objects of their own.
        var objects: [StoredObject] = []
        var packs: [Manifest.LargeObjectPack] = []

        init(task: LargeObjectTask) {
            self.task = task
        }
    }

    private struct State {
        var tables: [Table] = []
        var largeObjects: [LargeObjects] = []
    }

    private let state = Mutex(State())

    func add(_ table: Table) {
        state.withLock { $0.tables.append(table) }
    }

    func add(_ largeObjects: LargeObjects) {
        state.withLock { $0.largeObjects.append(largeObjects) }
    }

    /// By dump id.
    var tables: [Table] { state.withLock { $0.tables.sorted { $0.task.dumpID < $1.task.dumpID } } }

    /// In the order of the table of contents.
    var largeObjects: [LargeObjects] {
        state.withLock { $0.largeObjects.sorted { $0.task.number < $1.task.number } }
    }
}
