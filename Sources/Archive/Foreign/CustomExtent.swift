import JobModel

/// The data behind the table of contents of a custom archive: for each entry a kind, its number, and blocks of a stated
/// length up to one of length 0; large objects each with their oid, up to the oid 0.
///
/// Source: `_StartData`, `_WriteData`, `_EndData`, `_StartLO` in PostgreSQL's `pg_backup_custom.c`.
package struct CustomExtent: ArchiveExtent {
    private enum Phase {
        case contents
        case kind
        case number(kind: UInt8)
        /// Within the blocks of an entry, or of one of its large objects.
        case length(ofLargeObject: Bool)
        case block(remaining: Int, ofLargeObject: Bool)
        case oid
        /// All data have come; what follows is gathered in ``held``.
        case rest
    }

    package private(set) var contents: TableOfContents?

    private let object: String
    private var reader: TableOfContentsReader
    private var phase = Phase.contents
    private var awaited: AwaitedData?
    private var current: TOCEntry?
    /// The beginning of a number.
    private var held: [UInt8] = []
    private var bytesSeen = 0

    private static let rows: UInt8 = 1
    private static let largeObjects: UInt8 = 3

    package init(object: String) {
        self.object = object
        reader = TableOfContentsReader(object: object)
    }

    package mutating func append(_ bytes: [UInt8]) throws(ArchiveError) {
        var position = 0
        if case .contents = phase {
            try reader.append(bytes)
            guard let contents = reader.tableOfContents else {
                bytesSeen += bytes.count
                return
            }
            self.contents = contents
            awaited = AwaitedData(contents)
            position = contents.bytes.count - bytesSeen
            phase = .kind
        }
        let begin = bytesSeen
        while position < bytes.count {
            bytesSeen = begin + position
            try step(bytes, &position)
        }
        bytesSeen = begin + bytes.count
    }

    package mutating func finish() throws(ArchiveError) {
        if case .rest = phase { return try checkRest() }
        guard case .kind = phase, let awaited else {
            if contents == nil { _ = try reader.finish() }
            let place = current.map { "the data of \($0.desc) \($0.qualifiedName)" } ?? "its data"
            throw damaged("it is cut off within \(place), after \(bytesSeen) bytes")
        }
        if let missing = awaited.description {
            throw damaged("it is cut off: \(missing) are missing, after \(bytesSeen) bytes")
        }
    }

    private mutating func step(_ bytes: [UInt8], _ position: inout Int) throws(ArchiveError) {
        switch phase {
        case .contents: return
        case .rest: return try takeRest(bytes, &position)
        case .kind where awaited?.isEmpty == true: phase = .rest
        case .kind:
            guard [Self.rows, Self.largeObjects].contains(bytes[position]) else { throw surplus() }
            phase = .number(kind: bytes[position])
            position += 1
        case .number(let kind):
            guard let number = number(bytes, &position) else { return }
            guard awaited?.arrives(dumpID: number) == true else { throw surplus() }
            current = contents?.entry(dumpID: number)
            phase = kind == Self.rows ? .length(ofLargeObject: false) : .oid
        case .oid:
            guard let oid = number(bytes, &position) else { return }
            phase = oid == 0 ? .kind : .length(ofLargeObject: true)
        case .length(let isLargeObject):
            guard let length = number(bytes, &position) else { return }
            guard length >= 0 else { throw damaged("a block at byte \(bytesSeen) has the length \(length)") }
            phase =
                length > 0
                ? .block(remaining: length, ofLargeObject: isLargeObject) : isLargeObject ? .oid : .kind
        case .block(let remaining, let isLargeObject):
            let count = min(remaining, bytes.count - position)
            position += count
            phase =
                count < remaining
                ? .block(remaining: remaining - count, ofLargeObject: isLargeObject)
                : .length(ofLargeObject: isLargeObject)
        }
        if case .kind = phase { current = nil }
    }

    /// The table of contents again, with the places of the data: some pg_dump that write to a file cannot go back to its
    /// beginning, and leave it here. pg_restore does not read it.
    private var repeatedContents: ArraySlice<UInt8> {
        guard let contents else { return [] }
        var buffer = TOCBuffer()
        buffer.bytes = contents.bytes
        guard (try? TOCHeader(from: &buffer)) != nil else { return [] }
        return contents.bytes[(buffer.position - TOCNumber.size)...]
    }

    private mutating func takeRest(_ bytes: [UInt8], _ position: inout Int) throws(ArchiveError) {
        held += bytes[position...]
        position = bytes.count
        guard held.count <= contents?.bytes.count ?? 0 else { throw surplus() }
    }

    private func checkRest() throws(ArchiveError) {
        guard !held.isEmpty, let contents else { return }
        let repeated = repeatedContents
        guard held.count == repeated.count else { throw surplus() }
        var expected = Array(repeated)
        for place in contents.layout.dataPositions {
            let range = (place.lowerBound - repeated.startIndex)..<(place.upperBound - repeated.startIndex)
            expected.replaceSubrange(range, with: held[range])
        }
        guard held == expected else { throw surplus() }
    }

    /// Nil where its last bytes have not come.
    private mutating func number(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        let count = min(TOCNumber.size - held.count, bytes.count - position)
        held += bytes[position..<(position + count)]
        position += count
        guard held.count == TOCNumber.size else { return nil }
        defer { held.removeAll(keepingCapacity: true) }
        // Oids above 2^31 come as negative numbers, and a sign that is none as a length that is none.
        return TOCNumber.value(of: held[...]) ?? -1
    }

    private func surplus() -> ArchiveError {
        damaged("bytes that belong to nothing in its table of contents stand at byte \(bytesSeen)")
    }

    private func damaged(_ reason: String) -> ArchiveError { .damaged(object: object, reason: reason) }
}
