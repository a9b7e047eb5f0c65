import Archive
import ObjectStorage

/// Writes packs of large objects, one after the other, each no larger than it should be.
struct LargeObjectPacker {
    /// A pack in the making.
    private struct Open {
        let writer: any ObjectWriter
        var pack: Manifest.LargeObjectPack
        var sizeInBytes = 0

        mutating func add(_ oid: UInt32, _ digest: LargeObjectDigest) {
            pack.count += digest.count
            pack.bytes += digest.bytes
            pack.digest += digest.sum
            pack.lastOID = oid
        }
    }

    private let destinations: DestinationSet
    private let packSizeInBytes: Int
    private let modifiedAt: Int
    private var open: Open?
    /// What the writer gets next: it costs little to write much at once.
    private var bytes: [UInt8] = []
    private var objects: [StoredObject] = []
    /// Those that are finished, in order.
    private(set) var packs: [Manifest.LargeObjectPack] = []

    private static let writeSizeInBytes = 256 << 10

    init(destinations: DestinationSet, packSizeInBytes: Int, modifiedAt: Int) {
        self.destinations = destinations
        self.packSizeInBytes = packSizeInBytes
        self.modifiedAt = modifiedAt
    }

    /// Adds a large object: `content` is its gzip members.
    mutating func append(_ content: [UInt8], oid: UInt32, digest: LargeObjectDigest) async throws {
        let before = bytes.count
        Pack.append(content, named: LargeObjectFile.objectName(of: oid), modifiedAt: modifiedAt, to: &bytes)
        var pack = try await opened(first: oid)
        pack.sizeInBytes += bytes.count - before
        pack.add(oid, digest)
        open = pack
        if bytes.count >= Self.writeSizeInBytes { try await write(to: pack.writer) }
        if pack.sizeInBytes >= packSizeInBytes { try await close() }
    }

    /// Ends the last pack; returns the objects of all.
    mutating func finish() async throws -> [StoredObject] {
        try await close()
        return objects
    }

    /// Leaves nothing of the pack that is in the making.
    func discard() async {
        guard let writer = open?.writer else { return }
        await CleanupScope.run { await writer.discard() }
    }

    private func opened(first oid: UInt32) async throws -> Open {
        if let open { return open }
        let file = LargeObjectFile.packName(first: oid)
        return Open(
            writer: try await destinations.writer(for: file),
            pack: .init(file: file, count: 0, bytes: 0, digest: .zero, firstOID: oid, lastOID: oid))
    }

    private mutating func close() async throws {
        guard let pack = open else { return }
        bytes += Pack.end
        try await write(to: pack.writer)
        objects.append(try await pack.writer.commit())
        packs.append(pack.pack)
        open = nil
    }

    private mutating func write(to writer: any ObjectWriter) async throws {
        try await writer.append(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
