package import Archive
import JobModel
package import ObjectStorage

/// A backup that is there: where it stands and what its manifest says. Its name is not evidence: a renamed copy is
/// as good as the original.
package struct BackupSource: Sendable {
    package let store: any ObjectStore
    package let folder: ObjectKey
    package let manifest: Manifest
    /// Of the manifest's bytes: what a verification is bound to.
    package let manifestSHA256: String

    private static let manifestLimitInBytes = 1 << 30

    /// The last part of its place: the backup's id, if nobody has renamed it.
    package var folderName: String { folder.description.split(separator: "/").last.map(String.init) ?? "" }

    package var url: String { "\(store.location.url)/\(folder)" }

    /// Reads and checks the manifest. Throws ``StorageError/notFound`` where there is nothing at all, and
    /// ``OperationError/notABackup`` where there is something, but no manifest.
    package static func open(_ folder: ObjectKey, in store: any ObjectStore) async throws -> BackupSource {
        do {
            return try await read(folder, in: store)
        } catch let error as ArchiveError {
            throw error.located { _ in "\(store.location.url)/\(folder)/\(Manifest.objectName)" }
        }
    }

    /// The same for lists, which name the place themselves.
    static func read(_ folder: ObjectKey, in store: any ObjectStore) async throws -> BackupSource {
        let bytes: [UInt8]
        do {
            bytes = try await store.read(folder.appending(Manifest.objectName), limitInBytes: manifestLimitInBytes)
        } catch StorageError.notFound {
            let place = "\(store.location.url)/\(folder)"
            let others = try await store.list(under: folder)
            guard !others.isEmpty else {
                throw StorageError.notFound(object: "the backup \(folder)", store: store.location.url)
            }
            throw OperationError.notABackup(
                place: place, reason: "it holds \(others.count) objects but no manifest.json, which is written last")
        }
        return BackupSource(
            store: store, folder: folder, manifest: try Manifest(decoding: bytes),
            manifestSHA256: ContentDigest.sha256(of: bytes))
    }

    /// The error with the place of the object that it is about, and, where that holds the rows of a table, with the
    /// table.
    func located(_ error: any Error) -> any Error {
        guard let error = error as? ArchiveError else { return error }
        return error.located { object in
            guard !object.contains("/") else { return object }
            let table = manifest.tables.first { $0.file == object }
            return "\(url)/\(object)" + (table.map { ", the rows of \($0.schema).\($0.name)," } ?? "")
        }
    }

    /// The manifest, byte for byte as it was read first.
    func manifestBytes() async throws -> [UInt8] {
        let bytes = try await store.read(
            folder.appending(Manifest.objectName), limitInBytes: Self.manifestLimitInBytes)
        guard ContentDigest.sha256(of: bytes) == manifestSHA256 else {
            throw ArchiveError.damaged(object: Manifest.objectName, reason: "it changed while the backup was read")
        }
        return bytes
    }

    /// The verification that speaks for it; nil where there is none.
    package func standingProof() async throws -> VerificationReport? {
        try await VerificationEvidence(of: folder, in: store).standingProof(manifestSHA256: manifestSHA256)
    }

    /// Whether it is pinned, accepted, kept apart.
    package func marks() async throws -> BackupMarks.Standing {
        try await BackupMarks(of: folder, in: store).standing()
    }

    /// Whether its manifest is where it was.
    func isStillThere() async throws -> Bool {
        try await store.info(folder.appending(Manifest.objectName)) != nil
    }

    /// Reads one of the backup's small objects and holds it to the manifest.
    func readObject(named name: String) async throws -> [UInt8] {
        guard let expected = manifest.objects.first(where: { $0.name == name }) else {
            throw ArchiveError.damaged(object: name, reason: "the manifest does not list it")
        }
        let bytes = try await store.read(folder.appending(name), limitInBytes: Int(expected.size))
        guard ContentDigest.sha256(of: bytes) == expected.sha256 else {
            throw ArchiveError.damaged(object: name, reason: "its SHA-256 is not the manifest's")
        }
        return bytes
    }
}
