import JobModel

/// What stands before the entries of a table of contents.
struct TOCHeader: Sendable {
    let version: ArchiveVersion
    let format: TableOfContents.Format
    /// The size of a data position in a custom archive, without its state.
    let offsetSize: Int
    let createdAt: CreationTime
    let databaseName: ServerText
    let serverVersion: String
    let dumpVersion: String
    let entryCount: Int
    let layout: TableOfContents.Layout

    private static let magic = Array("PGDMP".utf8)

    init(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        guard try Array(buffer.take(5)) == Self.magic else { throw .damaged("it is no pg_dump archive") }
        version = ArchiveVersion(Int(try buffer.byte()), Int(try buffer.byte()))
        _ = try buffer.byte()  // the revision says nothing about the layout
        guard ArchiveVersion.known.contains(version) else { throw .unknownVersion(version) }
        guard try buffer.byte() == TOCNumber.magnitudeSize else { throw .damaged("its numbers have an unknown size") }
        offsetSize = Int(try buffer.byte())
        guard offsetSize == 8 || offsetSize == 4 else { throw .damaged("its offsets have an unknown size") }
        var layout = TableOfContents.Layout()
        layout.format = buffer.position
        guard let format = TableOfContents.Format(rawValue: try buffer.byte()) else {
            throw .damaged("it is in no known archive format")
        }
        self.format = format
        let start = buffer.position
        if version >= .compressionAlgorithms { _ = try buffer.byte() } else { _ = try buffer.number() }
        layout.compression = start..<buffer.position
        self.layout = layout
        createdAt = try Self.creationTime(from: &buffer)
        databaseName = try buffer.requiredText()
        serverVersion = try buffer.requiredText().text
        dumpVersion = try buffer.requiredText().text
        entryCount = try buffer.number()
        guard entryCount >= 0 else { throw .damaged("it claims \(entryCount) entries") }
    }

    private static func creationTime(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) -> CreationTime {
        let (second, minute, hour) = (try buffer.number(), try buffer.number(), try buffer.number())
        let (day, month, year) = (try buffer.number(), try buffer.number(), try buffer.number())
        return CreationTime(
            year: year + 1900, month: month + 1, day: day, hour: hour, minute: minute, second: second,
            isDaylightSaving: try buffer.number() > 0)
    }
}
