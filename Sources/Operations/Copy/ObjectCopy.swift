import Archive
import JobModel
import ObjectStorage
import Synchronization

/// Copies one object, held to the manifest while it passes.
struct ObjectCopy: Sendable {
    let source: BackupSource
    let target: BackupPlace
    let reporter: any ProgressReporter
    let journal: CopyJournal

    func run(_ step: CopyPlan.Step) async throws {
        try Task.checkCancellation()
        let object = step.object
        let key = target.folder.appending(object.name)
        if step.action == .check, try await isWhole(object, key) {
            journal.addFound()
        } else {
            try await copy(object, to: key)
            journal.addCopied(bytes: object.size)
        }
        reporter.report(.finished(item: object.name, rows: 0, bytes: object.size))
    }

    private func copy(_ object: Manifest.StoredObject, to key: ObjectKey) async throws {
        let writer = try await target.store.writer(for: key)
        do {
            try await VerifiedStream(source: source).read(object.name) { piece in
                try await writer.append(piece)
                reporter.report(.moved(bytes: piece.count))
            }
            journal.add(key)
            let stored = try await writer.commit()
            guard stored.sizeInBytes == Int64(object.size), stored.sha256 == object.sha256 else {
                throw OperationError.objectDiffers(
                    object: key.description, expected: Int64(object.size), found: stored.sizeInBytes)
            }
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    /// Whether the target's object has the right bytes, and not only as many of them.
    private func isWhole(_ object: Manifest.StoredObject, _ key: ObjectKey) async throws -> Bool {
        var digest = ContentDigest()
        var size = 0
        do {
            let reader = try await target.store.reader(for: key, range: nil)
            while let piece = try await reader.next() {
                digest.update(piece)
                size += piece.count
            }
        } catch let error as StorageError where error.category == .damaged {
            return false
        } catch StorageError.notFound {
            return false
        }
        return size == object.size && digest.finish() == object.sha256
    }
}

/// What a copy has done so far, told by several workers.
final class CopyJournal: Sendable {
    private struct State {
        var keys: [ObjectKey] = []
        var copied = 0
        var found = 0
        var bytesCopied = 0
    }

    private let state = Mutex(State())

    /// Objects that this run has written, or was about to.
    var keys: [ObjectKey] { state.withLock { $0.keys } }
    var copied: Int { state.withLock { $0.copied } }
    var found: Int { state.withLock { $0.found } }
    var bytesCopied: Int { state.withLock { $0.bytesCopied } }

    func add(_ key: ObjectKey) {
        state.withLock { $0.keys.append(key) }
    }

    func addCopied(bytes: Int) {
        state.withLock { state in
            state.copied += 1
            state.bytesCopied += bytes
        }
    }

    func addFound() {
        state.withLock { $0.found += 1 }
    }
}
