import Archive
import JobModel
import Postgres

/// Reads every restored large object again and compares number, bytes and hash.
struct LargeObjectsCheck: Sendable {
    let source: BackupSource
    let target: ConnectionInfo
    let context: OperationContext

    func run() async throws -> VerificationCheck {
        let wanted = source.manifest.largeObjects
        let session = try await TargetSession.open(
            target, settings: .comparing, manifest: source.manifest, applicationName: context.applicationName)
        let found: LargeObjectDigest
        do {
            found = try await digest(on: session)
        } catch {
            await session.close()
            throw error
        }
        await session.close()
        let expected = "\(wanted.count) large objects, \(wanted.bytes) bytes"
        let summary = "\(found.count) large objects, \(found.bytes) bytes"
        return found == wanted
            ? .passed(.largeObjects, expected: expected, found: summary)
            : .failed(
                .largeObjects, expected: expected, found: summary,
                details: found.count == wanted.count && found.bytes == wanted.bytes ? ["the contents differ"] : [])
    }

    private func digest(on session: Session) async throws -> LargeObjectDigest {
        try await session.execute("BEGIN READ ONLY")
        let oids = try await session.query("SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid").rows
            .map { try $0.oid("oid") }
        var digest = LargeObjectDigest()
        for oid in oids {
            let (_, one) = try await Relay.run { send in
                try await session.readLargeObject(oid, chunkSizeInBytes: 1 << 20, send)
            } consume: { next in
                var content = LargeObjectDigest.Content(oid: oid)
                while let chunk = try await next() { content.update(chunk) }
                return content.digest()
            }
            digest += one
        }
        try await session.execute("COMMIT")
        return digest
    }
}
