import Archive
import ObjectStorage
import Synchronization

/// What the workers have finished, gathered for the manifest.
final class DumpResults: Sendable {
    struct Table: Sendable {
        let task: TableTask
        let digest: RowDigest
        let bytesRaw: Int64
        let object: StoredObject
        let members: MemberIndex.Object
    }

    struct LargeObjects: Sendable {
        let dumpID: Int
        let digest: LargeObjectDigest
        let objects: [StoredObject]
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

    var tables: [Table] { state.withLock { $0.tables.sorted { $0.task.dumpID < $1.task.dumpID } } }
    var largeObjects: [LargeObjects] { state.withLock { $0.largeObjects.sorted { $0.dumpID < $1.dumpID } } }
}
