import Archive
import JobModel
import Postgres

/// Inflates and hashes large objects, one after the other, and gathers their bytes into batches for one query each.
struct LargeObjectInflation {
    typealias Send = @Sendable ([LargeObjectPiece]) async throws -> Void

    /// Of all that have ended.
    private(set) var digest = LargeObjectDigest()

    private let reporter: any ProgressReporter
    private let members = MemberReader(object: "")
    private let hasher = LargeObjectHasher()
    private var oid: UInt32 = 0
    private var offset: Int64 = 0
    private var pieces: [LargeObjectPiece] = []
    private var sizeInBytes = 0

    private static let batchSizeInBytes = 1 << 20
    private static let largestBatch = 1_000

    init(reporter: any ProgressReporter) {
        self.reporter = reporter
    }

    /// Begins a large object; `object` names it in errors.
    mutating func begin(_ oid: UInt32, object: String) {
        members.restart(object: object)
        hasher.begin(oid: oid)
        self.oid = oid
        offset = 0
    }

    /// Adds stored bytes; sends a batch where there is enough for one.
    mutating func append(_ bytes: [UInt8], _ send: Send) async throws {
        members.append(bytes)
        while let inflated = try members.next() {
            hasher.update(inflated)
            pieces.append(LargeObjectPiece(oid: oid, offset: offset, bytes: inflated))
            offset += Int64(inflated.count)
            sizeInBytes += inflated.count
            if sizeInBytes >= Self.batchSizeInBytes || pieces.count >= Self.largestBatch { try await flush(send) }
        }
    }

    /// Ends the large object. Throws ``ArchiveError/damaged(object:reason:)`` where its bytes must not end here.
    mutating func end() throws {
        try members.finish()
        digest += hasher.end()
    }

    mutating func flush(_ send: Send) async throws {
        guard !pieces.isEmpty else { return }
        try await send(pieces)
        reporter.report(.moved(bytes: sizeInBytes))
        pieces = []
        sizeInBytes = 0
    }
}
