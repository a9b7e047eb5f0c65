import Foundation
import JobModel
import ObjectStorage

/// What time it is by a store's own clock, the one that dates its objects.
struct StoreClock: Sendable {
    let store: any ObjectStore

    /// Writes an empty object whose name begins with `key`, asks for its date, and removes it.
    func now(beside key: ObjectKey) async throws -> Date {
        let digits = Hexadecimal.text(of: (0..<8).map { _ in UInt8.random(in: 0...255) })
        let probe = ObjectKey("\(key).clock-\(digits)")
        do {
            _ = try await store.write([], to: probe)
            guard let info = try await store.info(probe) else {
                throw StorageError.notFound(object: probe.description, store: store.location.url)
            }
            try await store.delete([probe])
            return info.modifiedAt
        } catch {
            await CleanupScope.run { [store] in try? await store.delete([probe]) }
            throw error
        }
    }
}
