import Archive
import JobModel
import Postgres

/// Reads every restored large object again and compares number, bytes and hash.
struct LargeObjectsCheck: Sendable {
    let source: BackupSource
    let target: ConnectionInfo
    let context: OperationContext
    let jobs: Int

    func run() async throws -> VerificationCheck {
        let wanted = source.manifest.largeObjects.contentDigest
        let found = try await digest()
        let expected = "\(wanted.count) large objects, \(wanted.bytes) bytes"
        let summary = "\(found.count) large objects, \(found.bytes) bytes"
        return found == wanted
            ? .passed(.largeObjects, expected: expected, found: summary)
            : .failed(
                .largeObjects, expected: expected, found: summary,
                details: found.count == wanted.count && found.bytes == wanted.bytes ? ["the contents differ"] : [])
    }

    /// Of all large objects, read by several sessions where there are many.
    private func digest() async throws -> LargeObjectDigest {
        let oids = try await withSession { session in
            try await session.query("SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid").rows
                .map { try $0.oid("oid") }
        }
        let queue = WorkQueue(oids.batches(of: LargeObjectLimits().objectsPerQuery))
        return try await withThrowingTaskGroup(of: LargeObjectDigest.self) { group in
            for _ in 0..<min(jobs, (oids.count + Self.objectsPerSession - 1) / Self.objectsPerSession) {
                group.addTask { try await withSession { try await digest(queue, on: $0) } }
            }
            return try await group.reduce(into: LargeObjectDigest()) { $0 += $1 }
        }
    }

    /// For fewer another session is not worth its connecting.
    private static let objectsPerSession = 1_000

    private func digest(_ queue: WorkQueue<[UInt32]>, on session: Session) async throws -> LargeObjectDigest {
        let limit = LargeObjectLimits().beginningInBytes
        let hasher = LargeObjectHasher()
        var digest = LargeObjectDigest()
        try await session.execute("BEGIN READ ONLY")
        while let oids = queue.next() {
            for (oid, beginning) in zip(oids, try await session.readLargeObjects(oids, atMost: limit)) {
                hasher.begin(oid: oid)
                if !beginning.isEmpty { hasher.update(beginning) }
                if beginning.count == limit {
                    _ = try await session.readLargeObject(oid: oid, from: Int64(limit)) { hasher.update($0) }
                }
                digest += hasher.end()
            }
        }
        try await session.execute("COMMIT")
        return digest
    }

    private func withSession<Success: Sendable>(
        _ body: (Session) async throws -> Success
    ) async throws -> Success {
        let session = try await TargetSession.open(
            target, for: .comparing, manifest: source.manifest, applicationName: context.applicationName)
        do {
            let success = try await body(session)
            await session.close()
            return success
        } catch {
            await session.close()
            throw error
        }
    }
}
