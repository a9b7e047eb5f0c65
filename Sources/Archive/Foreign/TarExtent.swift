import JobModel

/// The members of a tar archive of pg_dump: first the table of contents, a file for each entry with data, two blocks of
/// zeros at the end. Source: `pg_backup_tar.c`.
package struct TarExtent: ArchiveExtent {
    package private(set) var contents: TableOfContents?

    private enum Phase {
        case header
        case member(TarHeader, remaining: Int)
        case end(blocks: Int)
    }

    private let object: String
    private var reader: TableOfContentsReader
    private var phase = Phase.header
    private var held: [UInt8] = []
    private var names: Set<String> = []
    private var bytesSeen = 0

    package init(object: String) {
        self.object = object
        reader = TableOfContentsReader(object: "\(TableOfContents.objectName) in \(object)")
    }

    package mutating func append(_ bytes: [UInt8]) throws(ArchiveError) {
        var position = 0
        let begin = bytesSeen
        while position < bytes.count {
            bytesSeen = begin + position
            switch phase {
            case .header, .end: try takeBlock(bytes, &position)
            case .member(let header, let remaining): try take(header, remaining, bytes, &position)
            }
        }
        bytesSeen = begin + bytes.count
    }

    package mutating func finish() throws(ArchiveError) {
        switch phase {
        case .end(let blocks) where blocks >= 2 && held.isEmpty: break
        case .member(let header, _): throw damaged("it is cut off within \(header.name), after \(bytesSeen) bytes")
        case .header, .end: throw damaged("it is cut off, after \(bytesSeen) bytes: its last blocks are missing")
        }
        let contents = try reader.finish()
        self.contents = contents
        let missing = contents.entries.filter(\.hadDumper).compactMap { member(of: $0) }.first { !names.contains($0) }
        if let missing { throw damaged("it lacks the member \(missing)") }
    }

    /// Large objects have a list, whatever name the table of contents gives.
    private func member(of entry: TOCEntry) -> String? {
        guard entry.isBlobs else { return entry.fileName }
        return names.first { $0.hasPrefix("blobs") && $0.hasSuffix(".toc") } ?? "blobs.toc"
    }

    private mutating func takeBlock(_ bytes: [UInt8], _ position: inout Int) throws(ArchiveError) {
        let count = min(TarHeader.size - held.count, bytes.count - position)
        held += bytes[position..<(position + count)]
        position += count
        guard held.count == TarHeader.size else { return }
        defer { held.removeAll(keepingCapacity: true) }
        let isBlank = held.allSatisfy { $0 == 0 }
        if case .end(let blocks) = phase {
            guard isBlank else { throw damaged("other bytes follow its end, before byte \(bytesSeen + count)") }
            phase = .end(blocks: blocks + 1)
        } else if isBlank {
            phase = .end(blocks: 1)
        } else if let header = TarHeader(held) {
            names.insert(header.name)
            phase = header.paddedSizeInBytes == 0 ? .header : .member(header, remaining: header.paddedSizeInBytes)
        } else {
            throw damaged("the header of a member before byte \(bytesSeen + count) is wrong")
        }
    }

    private mutating func take(
        _ header: TarHeader, _ remaining: Int, _ bytes: [UInt8], _ position: inout Int
    ) throws(ArchiveError) {
        let count = min(remaining, bytes.count - position)
        if header.name == TableOfContents.objectName {
            let padding = header.paddedSizeInBytes - header.sizeInBytes
            let own = min(count, max(0, remaining - padding))
            if own > 0 { try reader.append(Array(bytes[position..<(position + own)])) }
            contents = reader.tableOfContents
        }
        position += count
        phase = count == remaining ? .header : .member(header, remaining: remaining - count)
    }

    private func damaged(_ reason: String) -> ArchiveError { .damaged(object: object, reason: reason) }
}
