import Archive
import JobModel
import Postgres

/// Reads every restored large object again and compares number, bytes and hash.
struct LargeObjectsCheck: Sendable {
    let source: BackupSource
    let target: ConnectionInfo
    let context: OperationContext

    func run() async throws -> VerificationCheck {
        let wanted = source.manifest.largeObjects.contentDigest
        let session = try await TargetSession.open(
            target, for: .comparing, manifest: source.manifest, applicationName: context.applicationName)
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
        let hasher = LargeObjectHasher()
        var digest = LargeObjectDigest()
        for oid in oids {
            hasher.begin(oid: oid)
            _ = try await session.readLargeObject(oid: oid) { hasher.update($0) }
            digest += hasher.end()
        }
        try await session.execute("COMMIT")
        return digest
    }
}
