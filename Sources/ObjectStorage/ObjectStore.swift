package import JobModel

/// Keeps named bytes somewhere. Every kind of store passes one contract test suite.
///
/// Guarantees: an object is there whole or not at all; a write that was reported is durable; listings show every
/// object that was there before the call and are sorted by name. Every method throws ``StorageError``, or
/// `CancellationError` where its task was cancelled.
package protocol ObjectStore: Sendable {
    var location: StoreLocation { get }

    /// All objects whose name begins with `folder` and a slash; all of the store where `folder` is nil.
    func list(under folder: ObjectKey?) async throws -> [ObjectInfo]

    /// The names of the folders directly below `folder`, or below the store's root; without the slash, sorted.
    func folders(under folder: ObjectKey?) async throws -> [String]

    /// Nil where there is no such object.
    func info(_ key: ObjectKey) async throws -> ObjectInfo?

    /// Reads an object, or `range` of it, in pieces of at most a few MiB. Throws ``StorageError/notFound`` where
    /// there is no such object, and an error where the object changes under the reader.
    func reader(for key: ObjectKey, range: Range<Int64>?) async throws -> any ObjectReader

    /// Begins an object that appears under `key` when the writer commits, replacing one that is there.
    func writer(for key: ObjectKey) async throws -> any ObjectWriter

    /// The same for an object of about so many bytes. It may come to have more, or fewer; a store whose memory depends on
    /// the size needs less of it when it knows. Default: as without.
    func writer(for key: ObjectKey, expectedSizeInBytes: Int) async throws -> any ObjectWriter

    /// A small object, up to 64 KiB, with the version that ``write(_:to:if:)`` can name; nil where there is none.
    func current(_ key: ObjectKey) async throws -> CurrentObject?

    /// Writes a small object at once, if the condition holds at that very moment: of many writers with the same
    /// condition one succeeds. Versions are told apart by their bytes, so each write's must be its own.
    func write(_ bytes: [UInt8], to key: ObjectKey, if condition: WriteCondition) async throws -> ConditionalWrite

    /// Deletes objects; one that is not there counts as deleted. Throws after all were tried where one could not be.
    func delete(_ keys: [ObjectKey]) async throws

    /// Uploads of objects below `folder` that were begun and neither committed nor discarded, by whatever process,
    /// sorted by name. No listing shows them, and they take up room.
    func unfinishedUploads(under folder: ObjectKey) async throws -> [UnfinishedUpload]

    /// Gives uploads up; one that is not there counts as given up. A writer that still lives fails from then on.
    /// Throws after all were tried where one could not be.
    func giveUp(_ uploads: [UnfinishedUpload]) async throws
}

/// The bytes of an object, in order. One task reads.
package protocol ObjectReader: Sendable {
    /// The next bytes, or nil at the end.
    func next() async throws -> [UInt8]?
}

/// An object in the making. Memory is bounded by the store's part size, whatever the object's size.
package protocol ObjectWriter: Sendable {
    /// Adds bytes at the end; waits where the store is slower than the caller. Calls may come from several tasks,
    /// each call's bytes stay together.
    func append(_ bytes: [UInt8]) async throws

    /// Makes the object visible, whole and durable.
    func commit() async throws -> StoredObject

    /// Leaves nothing behind; does nothing after ``commit()``. Never throws: what could not be removed is left to
    /// the sweep of abandoned uploads.
    func discard() async
}

extension ObjectStore {
    package func writer(for key: ObjectKey, expectedSizeInBytes: Int) async throws -> any ObjectWriter {
        try await writer(for: key)
    }

    /// Writes a small object at once.
    package func write(_ bytes: [UInt8], to key: ObjectKey) async throws -> StoredObject {
        let writer = try await writer(for: key)
        do {
            try await writer.append(bytes)
            return try await writer.commit()
        } catch {
            await writer.discard()
            throw error
        }
    }

    /// Reads a whole object into memory; throws ``StorageError/tooLarge`` beyond `limitInBytes`.
    package func read(_ key: ObjectKey, limitInBytes: Int) async throws -> [UInt8] {
        let reader = try await reader(for: key, range: nil)
        var bytes: [UInt8] = []
        while let piece = try await reader.next() {
            guard bytes.count + piece.count <= limitInBytes else {
                throw StorageError.tooLarge(object: key.description, limitInBytes: limitInBytes)
            }
            bytes += piece
        }
        return bytes
    }
}
