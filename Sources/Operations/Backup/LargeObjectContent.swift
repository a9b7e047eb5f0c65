import Archive
import JobModel
import ObjectStorage
import Postgres

/// Hashes and compresses the contents of large objects, one after the other: into memory, or where that would be too
/// much into an object of the store.
struct LargeObjectContent: Sendable {
    enum Place: Sendable {
        /// Gzip members.
        case memory([UInt8])
        case stored(StoredObject)
    }

    let session: Session
    let destinations: DestinationSet
    let settings: BackupSettings
    let reporter: any ProgressReporter
    let rateLimit: RateLimit?
    let compressor: any Compressor
    private let hasher = LargeObjectHasher()

    init(
        session: Session, destinations: DestinationSet, settings: BackupSettings, reporter: any ProgressReporter,
        rateLimit: RateLimit?, compressor: any Compressor
    ) {
        self.session = session
        self.destinations = destinations
        self.settings = settings
        self.reporter = reporter
        self.rateLimit = rateLimit
        self.compressor = compressor
    }

    /// `beginning` is what ``LargeObjectLimits/beginningInBytes`` gave of it.
    func copy(_ oid: UInt32, beginning: [UInt8]) async throws -> (place: Place, digest: LargeObjectDigest) {
        var bytes: [UInt8] = []
        var writer: (any ObjectWriter)?
        hasher.begin(oid: oid)
        do {
            try await read(oid, beginning) { chunk in
                if !chunk.isEmpty { hasher.update(chunk) }
                bytes += try compressor.member(chunk)
                guard writer != nil || bytes.count > settings.largeObjects.largestMemberInBytes else { return }
                if writer == nil { writer = try await destinations.writer(for: LargeObjectFile.objectName(of: oid)) }
                try await writer?.append(bytes)
                bytes = []
            }
            guard let writer else { return (.memory(bytes), hasher.end()) }
            return (.stored(try await writer.commit()), hasher.end())
        } catch {
            if let writer { await CleanupScope.run { await writer.discard() } }
            throw error
        }
    }

    /// Hands out all bytes. An empty large object has one empty chunk: a file of no bytes is no gzip file.
    private func read(
        _ oid: UInt32, _ beginning: [UInt8], _ receive: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws {
        try await receive(beginning)
        guard beginning.count == settings.largeObjects.beginningInBytes else { return }
        _ = try await session.readLargeObject(
            oid: oid, from: Int64(beginning.count), chunkSizeInBytes: settings.chunkSizeInBytes
        ) { chunk in
            try await receive(chunk)
            reporter.report(.moved(bytes: chunk.count))
            try await rateLimit?.take(chunk.count)
        }
    }
}
