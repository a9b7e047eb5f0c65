import Archive
import BlockingWork
import JobModel
import Postgres

/// Writes the contents of large objects that pg_restore has created: object → checked → inflated → `lo_put`, many by
/// one query. What arrives must be what the manifest says, or nothing of it stays.
struct LargeObjectLoad: Sendable {
    /// What one transaction writes.
    enum Item: Sendable {
        /// Each in an object of its own.
        case objects([UInt32])
        case pack(LargeObjectLayout.Pack)
    }

    let stream: VerifiedStream
    let reporter: any ProgressReporter

    func run(_ item: Item, on session: Session) async throws {
        try await session.execute("BEGIN")
        do {
            let (digest, _) = try await Relay.run(through: Channel<[LargeObjectPiece]>(capacity: 1)) { send in
                try await read(item, send)
            } consume: { next in
                while let pieces = try await next() { try await session.writeLargeObjects(pieces) }
            }
            try await session.execute("COMMIT")
            reporter.report(
                .finished(item: "\(digest.count) large objects", rows: digest.count, bytes: digest.bytes))
        } catch {
            try? await session.execute("ROLLBACK")
            throw error
        }
    }

    /// Hands out the contents; throws at their end where they are not what the manifest says.
    private func read(
        _ item: Item, _ send: @Sendable ([LargeObjectPiece]) async throws -> Void
    ) async throws -> LargeObjectDigest {
        var inflation = LargeObjectInflation(reporter: reporter)
        switch item {
        case .objects(let oids):
            for oid in oids { try await readObject(oid, &inflation, send) }
        case .pack(let pack):
            try await readPack(pack, &inflation, send)
        }
        try await inflation.flush(send)
        return inflation.digest
    }

    private func readObject(
        _ oid: UInt32, _ inflation: inout LargeObjectInflation,
        _ send: @Sendable ([LargeObjectPiece]) async throws -> Void
    ) async throws {
        let name = LargeObjectFile.objectName(of: oid)
        inflation.begin(oid, object: name)
        try await stream.read(name) { try await inflation.append($0, send) }
        try inflation.end()
    }

    private func readPack(
        _ expected: LargeObjectLayout.Pack, _ inflation: inout LargeObjectInflation,
        _ send: @Sendable ([LargeObjectPiece]) async throws -> Void
    ) async throws {
        let file = expected.pack.file
        var oids = expected.oids[...]
        var pack = PackReader(object: file)
        try await stream.read(file) { bytes in
            pack.append(bytes)
            while let member = try pack.next() {
                guard let oid = oids.popFirst(), member.name == LargeObjectFile.objectName(of: oid) else {
                    throw ArchiveError.damaged(
                        object: file, reason: "it holds \(member.name), which does not belong there")
                }
                inflation.begin(oid, object: "\(member.name) in \(file)")
                try await inflation.append(member.content, send)
                try inflation.end()
            }
        }
        try pack.finish()
        guard oids.isEmpty, inflation.digest == expected.pack.contentDigest else {
            throw ArchiveError.damaged(object: file, reason: "its large objects are not those of the manifest")
        }
    }
}
