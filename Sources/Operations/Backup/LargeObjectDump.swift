import Archive
import JobModel
import ObjectStorage
import Postgres

/// Copies large objects, each into an object of its own, named as pg_dump names them.
struct LargeObjectDump: Sendable {
    let destinations: DestinationSet
    let settings: BackupSettings
    let reporter: any ProgressReporter

    func run(_ task: LargeObjectTask, on session: Session) async throws -> DumpResults.LargeObjects {
        let hasher = LargeObjectHasher()
        var digest = LargeObjectDigest()
        var objects: [StoredObject] = []
        for oid in task.oids {
            objects.append(try await copy(oid, from: session, hasher: hasher))
            digest += hasher.end()
        }
        reporter.report(
            .finished(item: "\(task.oids.count) large objects", rows: task.oids.count, bytes: digest.bytes))
        return DumpResults.LargeObjects(task: task, digest: digest, objects: objects)
    }

    private func copy(_ oid: UInt32, from session: Session, hasher: LargeObjectHasher) async throws -> StoredObject {
        let writer = try await destinations.writer(for: LargeObjectFile.name(of: oid) + ".gz")
        do {
            let compressor = try settings.compression.makeCompressor()
            var isEmpty = true
            hasher.begin(oid: oid)
            _ = try await session.readLargeObject(oid: oid, chunkSizeInBytes: settings.chunkSizeInBytes) { chunk in
                isEmpty = false
                hasher.update(chunk)
                try await writer.append(try compressor.member(chunk))
                reporter.report(.moved(bytes: chunk.count))
            }
            // An empty object still needs one member: a file of no bytes is no gzip file.
            if isEmpty { try await writer.append(try compressor.member([])) }
            return try await writer.commit()
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }
}
