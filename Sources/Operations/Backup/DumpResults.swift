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

    /// By dump id.
    var tables: [Table] { state.withLock { $0.tables.sorted { $0.task.dumpID < $1.task.dumpID } } }

    /// By dump id, and within one by oid.
    var largeObjects: [LargeObjects] {
        state.withLock {
            $0.largeObjects.sorted {
                ($0.task.dumpID, $0.task.oids.first ?? 0) < ($1.task.dumpID, $1.task.oids.first ?? 0)
            }
        }
    }
}
