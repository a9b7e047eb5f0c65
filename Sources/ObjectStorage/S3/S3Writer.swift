import BlockingWork
import Crypto
import Foundation
import JobModel

/// Writes an object: one PUT where it stays below one part, else a multipart upload with several parts under way while
/// the next fills. Memory: one part, and those that the store's ``PartPool`` admits.
actor S3Writer: ObjectWriter {
    private let store: S3Store
    private let key: ObjectKey
    private let partPlan: PartPlan
    /// Keeps the bytes of one call together, and callers waiting while the store is slow.
    private let turns = TurnQueue()
    private var part: [UInt8] = []
    private var partNumber = 1
    /// Of all bytes. Each part is hashed once more, for its signature, while it is on its way.
    private var objectHash = SHA256()
    private var sizeInBytes: Int64 = 0
    private var upload: MultipartUpload?
    private var state = State.open

    private enum State {
        case open
        case committed
        case discarded
        case failed(any Error)
    }

    init(store: S3Store, key: ObjectKey, partPlan: PartPlan) {
        self.store = store
        self.key = key
        self.partPlan = partPlan
    }

    func append(_ bytes: [UInt8]) async throws {
        try await inTurn {
            var rest = bytes[...]
            while !rest.isEmpty {
                let room = try partSizeInBytes() - part.count
                guard room > 0 else {
                    try await shipPart()
                    continue
                }
                add(rest.prefix(room))
                rest = rest.dropFirst(room)
            }
        }
    }

    func commit() async throws -> StoredObject {
        try await inTurn {
            if upload == nil {
                try await put()
            } else {
                if !part.isEmpty { try await shipPart() }
                try await upload?.complete(sizeInBytes: sizeInBytes)
            }
            state = .committed
            return StoredObject(
                key: key, sizeInBytes: sizeInBytes, sha256: Hexadecimal.text(of: objectHash.finalize()))
        }
    }

    func discard() async {
        switch state {
        case .committed, .discarded: return
        case .open, .failed: state = .discarded
        }
        await upload?.cancelParts()
        // A task of its own: who discards has often been cancelled, and that must not keep the parts alive.
        await Task { await self.abortUpload() }.value
    }

    /// In its turn: a call that is still under way may be about to begin the upload.
    private func abortUpload() async {
        _ = try? await turns.withTurn {
            part = []
            await upload?.abort()
            upload = nil
        }
    }

    /// Runs `body` when its turn comes, as long as nothing has failed; what fails here fails for good.
    private func inTurn<Success>(_ body: () async throws -> Success) async throws -> Success {
        try await turns.withTurn {
            switch state {
            case .open: break
            case .failed(let error): throw error
            case .discarded: throw CancellationError()
            case .committed: preconditionFailure("a writer is used after its commit")
            }
            do {
                try Task.checkCancellation()
                return try await body()
            } catch {
                if case .open = state { state = .failed(error) }
                throw error
            }
        }
    }

    private func partSizeInBytes() throws -> Int {
        if let size = partPlan.sizeInBytes(ofPart: partNumber) { return size }
        throw StorageError.cannotWrite(
            object: key.description,
            reason:
                "it is larger than \(partPlan.maximumParts) parts hold (\(sizeInBytes) bytes so far)",
            hint: "Use larger parts.")
    }

    private func add(_ bytes: ArraySlice<UInt8>) {
        // An array that grows by doubling would copy itself and take up to twice the room.
        let needed = part.count + bytes.count
        if needed > Self.smallObjectInBytes, part.capacity < needed {
            growPart(to: partPlan.sizeInBytes(ofPart: partNumber) ?? needed)
        }
        part.append(contentsOf: bytes)
        objectHash.update(data: bytes)
        sizeInBytes += Int64(bytes.count)
    }

    private func growPart(to capacity: Int) {
        var larger = store.partPool.spare()
        larger.reserveCapacity(capacity)
        larger.append(contentsOf: part)
        part = larger
    }

    /// Up to here nothing is reserved: most objects never reach a part's size.
    private static let smallObjectInBytes = 1 << 20

    private func put() async throws {
        let hash = Hexadecimal.text(of: objectHash.finalize())
        let request = S3Request("PUT", key: store.fullKey(key), body: part, bodyHash: hash)
        _ = try await store.send(request, object: key.description)
        part = []
    }

    /// In a task of its own, which is not cancelled with ours: of an upload whose beginning was not answered nobody
    /// would know, and so nobody would abort it.
    private func beginUpload() async throws -> MultipartUpload {
        let (store, key) = (store, key)
        return try await Task { try await MultipartUpload(store: store, key: key) }.value
    }

    /// Hands the full part over and begins the next.
    private func shipPart() async throws {
        if upload == nil { upload = try await beginUpload() }
        if case .discarded = state { throw CancellationError() }
        let full = PartMemory(part)
        part = []
        part = try await upload?.send(full) ?? []
        partNumber += 1
    }
}
