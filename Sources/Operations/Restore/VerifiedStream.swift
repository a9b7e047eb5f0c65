import Archive
import ObjectStorage

/// Reads one compressed object of a backup and lets nothing pass that the manifest does not vouch for: size, SHA-256,
/// every gzip member.
struct VerifiedStream: Sendable {
    let source: BackupSource
    let objects: [String: Manifest.StoredObject]

    init(source: BackupSource) {
        self.source = source
        objects = Dictionary(source.manifest.objects.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Hands the inflated bytes on, in pieces. The digest is only known at the end: a receiver must not commit what
    /// it got before this returns.
    func inflate(_ name: String, _ receive: ([UInt8]) async throws -> Void) async throws {
        let members = MemberReader(object: name)
        try await read(name) { piece in
            members.append(piece)
            while let inflated = try members.next() { try await receive(inflated) }
        }
        try members.finish()
    }

    /// Hands the stored bytes on, and compares size and SHA-256 at the end.
    func read(_ name: String, _ receive: ([UInt8]) async throws -> Void) async throws {
        guard let expected = objects[name] else {
            throw ArchiveError.damaged(object: name, reason: "the manifest does not list it")
        }
        var digest = ContentDigest()
        var size = 0
        let reader = try await opened(name)
        while let piece = try await reader.next() {
            digest.update(piece)
            size += piece.count
            try await receive(piece)
        }
        guard size == expected.size else {
            throw ArchiveError.damaged(object: name, reason: "it has \(size) bytes, the manifest says \(expected.size)")
        }
        guard digest.finish() == expected.sha256 else {
            throw ArchiveError.damaged(object: name, reason: "its SHA-256 is not the manifest's")
        }
    }

    private func opened(_ name: String) async throws -> any ObjectReader {
        do {
            return try await source.store.reader(for: source.folder.appending(name), range: nil)
        } catch StorageError.notFound {
            throw ArchiveError.damaged(object: name, reason: "it is missing")
        }
    }
}
