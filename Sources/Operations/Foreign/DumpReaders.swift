import Archive
import JobModel
import ObjectStorage

/// Gives the beginning of a stream, and then the whole stream, that beginning included.
actor HeadedReader: ObjectReader {
    /// The first bytes: so many as were asked for, or all.
    nonisolated let head: [UInt8]
    private let rest: any ObjectReader
    private var beginning: [[UInt8]]

    init(_ reader: any ObjectReader, headInBytes: Int) async throws {
        var pieces: [[UInt8]] = []
        var count = 0
        while count < headInBytes, let bytes = try await reader.next() {
            pieces.append(bytes)
            count += bytes.count
        }
        head = Array(pieces.joined().prefix(headInBytes))
        beginning = pieces.reversed()
        rest = reader
    }

    func next() async throws -> [UInt8]? {
        if let bytes = beginning.popLast() { return bytes }
        return try await rest.next()
    }
}

/// Inflates what any gzip program wrote.
actor GunzipReader: ObjectReader {
    private let reader: any ObjectReader
    private let inflate: GzipInflate

    init(_ reader: any ObjectReader, object: String) throws {
        self.reader = reader
        inflate = try GzipInflate(object: object)
    }

    func next() async throws -> [UInt8]? {
        while true {
            if let piece = try inflate.next() { return piece }
            guard let bytes = try await reader.next() else {
                try inflate.finish()
                return nil
            }
            inflate.append(bytes)
        }
    }
}

/// What comes through a ``Relay``.
struct RelayReader: ObjectReader {
    let take: Relay.Next

    func next() async throws -> [UInt8]? { try await take() }
}

/// Watches an archive go by, up to its end.
actor ArchiveReader: ObjectReader {
    private let reader: any ObjectReader
    private var extent: any ArchiveExtent

    init(_ reader: any ObjectReader, _ extent: any ArchiveExtent) {
        self.reader = reader
        self.extent = extent
    }

    /// Nil until its last byte has gone by.
    var contents: TableOfContents? { extent.contents }

    func next() async throws -> [UInt8]? {
        guard let bytes = try await reader.next() else {
            try extent.finish()
            return nil
        }
        try extent.append(bytes)
        return bytes
    }
}
