import Foundation
package import JobModel
package import ObjectStorage

/// The marks of one backup: `<backup>.marks/pinned` and others.
package struct BackupMarks: Sendable {
    let store: any ObjectStore
    let folder: ObjectKey

    private static let limitInBytes = 1 << 20

    /// Which marks there are, and what the weight says.
    package struct Standing: Sendable, Equatable {
        package var isPinned = false
        package var isAccepted = false
        package var isBeingDeleted = false
        package var weight: BackupWeight?

        package init() {}

        /// Why a backup of this size does not count; nil where it does.
        package func shrinkage(of size: BackupSize) -> Shrinkage? { isAccepted ? nil : weight?.shrinkage(of: size) }
    }

    /// `backup` is the backup's own folder.
    package init(of backup: ObjectKey, in store: any ObjectStore) {
        self.store = store
        folder = ObjectKey(backup.description + BackupName.marksSuffix)
    }

    func key(_ mark: BackupMark) -> ObjectKey { folder.appending(mark.rawValue) }

    package func standing() async throws -> Standing {
        try await standing(listed: Set(try await store.list(under: folder).map(\.key)))
    }

    func standing(listed: Set<ObjectKey>) async throws -> Standing {
        var standing = Standing()
        standing.isPinned = listed.contains(key(.pinned))
        standing.isAccepted = listed.contains(key(.accepted))
        standing.isBeingDeleted = listed.contains(key(.deleting))
        standing.weight = listed.contains(key(.weighed)) ? try await weight() : nil
        return standing
    }

    /// Nil for what is no weight: then it is weighed again.
    private func weight() async throws -> BackupWeight? {
        do {
            let bytes = try await store.read(key(.weighed), limitInBytes: Self.limitInBytes)
            return try? JSONDecoder().decode(BackupWeight.self, from: Data(bytes))
        } catch StorageError.notFound {
            return nil
        } catch StorageError.tooLarge {
            return nil
        }
    }

    func has(_ mark: BackupMark) async throws -> Bool { try await store.info(key(mark)) != nil }

    func set(_ mark: BackupMark, content: some Encodable) async throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        _ = try await store.write(Array(try encoder.encode(content)), to: key(mark))
    }

    func remove(_ mark: BackupMark) async throws { try await store.delete([key(mark)]) }
}
