/// Reads the table of contents of an archive as its bytes arrive, from a custom archive's stream or a `toc.dat`.
///
/// Every field is read once, so the cost grows with the bytes only, however they are cut. Memory grows with the bytes
/// that really came, never with a length that a damaged archive claims.
package struct TableOfContentsReader: Sendable {
    private let object: String
    private var buffer = TOCBuffer()
    private var header: TOCHeader?
    private var layout = TableOfContents.Layout()
    private var entries: [TOCEntry] = []
    private var indexByDumpID: [Int: Int] = [:]
    private var entryReader: TOCEntryReader?

    /// The table of contents; nil until its last byte has come.
    package private(set) var tableOfContents: TableOfContents?

    /// `object` names the archive in errors.
    package init(object: String = TableOfContents.objectName) {
        self.object = object
    }

    /// Whether the last byte of the table of contents has come.
    package var isComplete: Bool { tableOfContents != nil }

    /// Takes the next bytes of the archive. Throws where they are damaged, or where bytes follow the end of a
    /// `toc.dat`; what follows in a custom archive is its data and is left alone.
    package mutating func append(_ bytes: [UInt8]) throws(ArchiveError) {
        if let tableOfContents {
            return try requireEnd(of: tableOfContents, rest: bytes.count)
        }
        buffer.bytes += bytes
        do throws(TOCBuffer.Stop) {
            try readFields()
        } catch {
            return try surface(error)
        }
        try complete()
    }

    /// The whole table of contents; throws where its end has not come.
    package func finish() throws(ArchiveError) -> TableOfContents {
        guard let tableOfContents else {
            throw damaged("it ends within its table of contents, after \(buffer.bytes.count) bytes")
        }
        return tableOfContents
    }

    private mutating func readFields() throws(TOCBuffer.Stop) {
        let header = try readHeader()
        while entries.count < header.entryCount {
            var reader = entryReader ?? TOCEntryReader(header: header)
            defer { entryReader = reader.isComplete ? nil : reader }
            try reader.read(from: &buffer)
            try add(reader.entry)
            layout.dataPositions.append(reader.dataPosition)
        }
    }

    private mutating func readHeader() throws(TOCBuffer.Stop) -> TOCHeader {
        if let header { return header }
        buffer.rewind()
        let header = try TOCHeader(from: &buffer)
        self.header = header
        layout = header.layout
        return header
    }

    private mutating func add(_ entry: TOCEntry) throws(TOCBuffer.Stop) {
        guard indexByDumpID.updateValue(entries.count, forKey: entry.dumpID) == nil else {
            throw .damaged("it holds entry \(entry.dumpID) twice")
        }
        entries.append(entry)
    }

    private mutating func complete() throws(ArchiveError) {
        guard let header, entries.count == header.entryCount else { return }
        let rest = buffer.bytes.count - buffer.position
        buffer.dropRest()
        let contents = TableOfContents(
            header: header, entries: entries, indexByDumpID: indexByDumpID, bytes: buffer.bytes, layout: layout)
        try requireEnd(of: contents, rest: rest)
        tableOfContents = contents
        (buffer, entries, indexByDumpID) = (TOCBuffer(), [], [:])
    }

    private func requireEnd(of contents: TableOfContents, rest: Int) throws(ArchiveError) {
        guard rest == 0 || contents.format == .custom else {
            throw damaged("bytes follow its last entry")
        }
    }

    private func surface(_ stop: TOCBuffer.Stop) throws(ArchiveError) {
        switch stop {
        case .incomplete: return
        case .damaged(let reason): throw damaged(reason)
        case .unknownVersion(let version):
            throw ArchiveError.unsupportedVersion(object: object, version: version.description)
        }
    }

    private func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: object, reason: reason)
    }
}
