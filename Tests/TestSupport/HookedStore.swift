package import JobModel
package import ObjectStorage
import Synchronization

/// A store in front of another one, which tells what happens and fails where a test wants it to.
package struct HookedStore: ObjectStore {
    private let base: any ObjectStore
    /// Before an object is begun.
    package var willBegin: @Sendable (ObjectKey) async throws -> Void = { _ in }
    /// Before bytes are added; the number is that of all bytes of the object, these included.
    package var willAppend: @Sendable (ObjectKey, Int) async throws -> Void = { _, _ in }
    package var willCommit: @Sendable (ObjectKey) async throws -> Void = { _ in }
    package var didCommit: @Sendable (ObjectKey) async throws -> Void = { _ in }
    /// Before an object is opened to be read.
    package var willRead: @Sendable (ObjectKey) async throws -> Void = { _ in }
    package var willDelete: @Sendable ([ObjectKey]) async throws -> Void = { _ in }
    package var willGiveUp: @Sendable ([UnfinishedUpload]) async throws -> Void = { _ in }
    /// Before names, dates or sizes are asked for; nil for the whole store.
    package var willLook: @Sendable (ObjectKey?) async throws -> Void = { _ in }
    /// Changes what the store lists.
    package var listing: @Sendable ([ObjectInfo]) -> [ObjectInfo] = { $0 }
    private let discards = Journal<ObjectKey>()

    package init(_ base: any ObjectStore) {
        self.base = base
    }

    /// The objects whose writers were told to leave nothing behind.
    package var discarded: [ObjectKey] { discards.all }

    package var location: StoreLocation { base.location }

    package func list(under folder: ObjectKey?) async throws -> [ObjectInfo] {
        try await willLook(folder)
        return listing(try await base.list(under: folder))
    }

    package func folders(under folder: ObjectKey?) async throws -> [String] {
        try await willLook(folder)
        return try await base.folders(under: folder)
    }

    package func info(_ key: ObjectKey) async throws -> ObjectInfo? {
        try await willLook(key)
        return try await base.info(key)
    }

    package func reader(for key: ObjectKey, range: Range<Int64>?) async throws -> any ObjectReader {
        try await willRead(key)
        return try await base.reader(for: key, range: range)
    }

    package func writer(for key: ObjectKey) async throws -> any ObjectWriter {
        try await willBegin(key)
        return Writer(store: self, key: key, base: try await base.writer(for: key))
    }

    package func current(_ key: ObjectKey) async throws -> CurrentObject? {
        try await willRead(key)
        return try await base.current(key)
    }

    package func write(
        _ bytes: [UInt8], to key: ObjectKey, if condition: WriteCondition
    ) async throws -> ConditionalWrite {
        try await willBegin(key)
        return try await base.write(bytes, to: key, if: condition)
    }

    package func delete(_ keys: [ObjectKey]) async throws {
        try await willDelete(keys)
        try await base.delete(keys)
    }

    package func unfinishedUploads(under folder: ObjectKey) async throws -> [UnfinishedUpload] {
        try await willLook(folder)
        return try await base.unfinishedUploads(under: folder)
    }

    package func giveUp(_ uploads: [UnfinishedUpload]) async throws {
        try await willGiveUp(uploads)
        try await base.giveUp(uploads)
    }

    private final class Writer: ObjectWriter {
        let store: HookedStore
        let key: ObjectKey
        let base: any ObjectWriter
        let count = Mutex(0)

        init(store: HookedStore, key: ObjectKey, base: any ObjectWriter) {
            self.store = store
            self.key = key
            self.base = base
        }

        func append(_ bytes: [UInt8]) async throws {
            let total = count.withLock { count in
                count += bytes.count
                return count
            }
            try await store.willAppend(key, total)
            try await base.append(bytes)
        }

        func commit() async throws -> StoredObject {
            try await store.willCommit(key)
            let stored = try await base.commit()
            try await store.didCommit(key)
            return stored
        }

        func discard() async {
            store.discards.add(key)
            await base.discard()
        }
    }
}
