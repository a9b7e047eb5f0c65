import Archive
import JobModel
import ObjectStorage
import Postgres

/// Copies large objects, named as pg_dump names them: many of them into packs, few each into an object of its own.
///
/// Small ones are read many by one query. Memory: ``LargeObjectLimits``.
struct LargeObjectDump: Sendable {
    let destinations: DestinationSet
    let settings: BackupSettings
    let reporter: any ProgressReporter
    /// What all workers share; nil for as fast as it goes.
    let rateLimit: RateLimit?
    /// What packs say of their members' age, in seconds since 1970.
    let modifiedAt: Int

    func run(_ task: LargeObjectTask, on session: Session) async throws -> DumpResults.LargeObjects {
        var results = DumpResults.LargeObjects(task: task)
        var packs = LargeObjectPacker(
            destinations: destinations, packSizeInBytes: settings.largeObjects.packSizeInBytes, modifiedAt: modifiedAt)
        do {
            let content = LargeObjectContent(
                session: session, destinations: destinations, settings: settings, reporter: reporter,
                rateLimit: rateLimit, compressor: try settings.compression.makeCompressor())
            for batch in task.objects.batches(of: settings.largeObjects.objectsPerQuery) {
                try await copy(batch, isPacked: task.isPacked, content, &packs, &results)
            }
            results.objects += try await packs.finish()
            results.packs = packs.packs
        } catch {
            await packs.discard()
            throw error
        }
        let bytes = results.digests.values.reduce(0) { $0 + $1.bytes }
        reporter.report(
            .finished(item: "\(task.objects.count) large objects", rows: task.objects.count, bytes: bytes))
        return results
    }

    private func copy(
        _ batch: [LargeObjectTask.LargeObject], isPacked: Bool, _ content: LargeObjectContent,
        _ packs: inout LargeObjectPacker, _ results: inout DumpResults.LargeObjects
    ) async throws {
        let beginnings = try await content.session.readLargeObjects(
            batch.map(\.oid), atMost: settings.largeObjects.beginningInBytes)
        let bytes = beginnings.reduce(0) { $0 + $1.count }
        try await rateLimit?.take(bytes)
        for (object, beginning) in zip(batch, beginnings) {
            let copied = try await content.copy(object.oid, beginning: beginning)
            results.digests[object.dumpID, default: LargeObjectDigest()] += copied.digest
            switch copied.place {
            case .stored(let stored):
                results.objects.append(stored)
            case .memory(let bytes) where isPacked:
                try await packs.append(bytes, oid: object.oid, digest: copied.digest)
            case .memory(let bytes):
                let name = LargeObjectFile.objectName(of: object.oid)
                results.objects.append(try await destinations.write(bytes, as: name))
            }
        }
        reporter.report(.moved(bytes: bytes))
    }
}
