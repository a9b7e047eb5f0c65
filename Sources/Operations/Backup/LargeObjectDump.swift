import Archive
import JobModel
import ObjectStorage
import Postgres

/// Copies large objects, each into an object of its own, named as pg_dump names them.
struct LargeObjectDump: Sendable {
    let store: any ObjectStore
    let folder: ObjectKey
    let settings: BackupSettings
    let reporter: any ProgressReporter

    static func fileName(of oid: UInt32) -> String { "blob_\(oid).dat" }

    func run(_ task: LargeObjectTask, on session: Session) async throws -> DumpResults.LargeObjects {
        var digest = LargeObjectDigest()
        var objects: [StoredObject] = []
        for oid in task.oids {
            let (one, object) = try await copy(oid, from: session)
            digest += one
            objects.append(object)
        }
        reporter.report(
            .finished(item: "\(task.oids.count) large objects", rows: Int64(task.oids.count), bytes: digest.bytes))
        return DumpResults.LargeObjects(dumpID: task.dumpID, digest: digest, objects: objects)
    }

    private func copy(_ oid: UInt32, from session: Session) async throws -> (LargeObjectDigest, StoredObject) {
        let writer = try await store.writer(for: folder.appending(Self.fileName(of: oid) + ".gz"))
        do {
            let chunkSize = settings.chunkSizeInBytes
            let (_, digest) = try await Relay.run { send in
                try await session.readLargeObject(oid, chunkSizeInBytes: chunkSize, send)
            } consume: { next in
                try await compress(oid, next, into: writer)
            }
            return (digest, try await writer.commit())
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    private func compress(
        _ oid: UInt32, _ next: Relay.Next, into writer: any ObjectWriter
    ) async throws -> LargeObjectDigest {
        var compressor = try settings.compression.makeCompressor()
        var content = LargeObjectDigest.Content(oid: oid)
        var isEmpty = true
        while let chunk = try await next() {
            isEmpty = false
            content.update(chunk)
            try await writer.append(try compressor.member(chunk))
            reporter.report(.moved(bytes: chunk.count))
        }
        // An empty object still needs one member: a file of no bytes is no gzip file.
        if isEmpty { try await writer.append(try compressor.member([])) }
        return content.digest()
    }
}
