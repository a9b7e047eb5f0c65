package import JobModel

/// The table of contents of a pg_dump archive: what is in it, in which order, and how it is restored.
///
/// Nothing is decoded that need not be: the bytes of every entry are kept as pg_dump wrote them, and
/// ``directoryForm()`` hands them on. Source: `WriteHead` and `WriteToc` in PostgreSQL's `pg_backup_archiver.c`.
package struct TableOfContents: Sendable {
    /// How the archive keeps its data.
    package enum Format: UInt8, Hashable, Sendable {
        /// One file or stream: `pg_dump -Fc`.
        case custom = 1
        /// The mark of tar archives, which directory archives bear too.
        case directory = 3
        /// The mark that a directory archive might bear.
        case namedDirectory = 5
    }

    /// The name of the object that holds a table of contents.
    package static let objectName = "toc.dat"

    package let version: ArchiveVersion
    package let format: Format
    package let createdAt: CreationTime
    package let databaseName: ServerText
    /// The server's version as it states it, for instance `15.20 (Debian 15.20-0+deb12u1)`.
    package let serverVersion: String
    /// pg_dump's version, in the same form.
    package let dumpVersion: String
    package let entries: [TOCEntry]

    /// The bytes from `PGDMP` to the end of the last entry.
    let bytes: [UInt8]
    let layout: Layout
    private let indexByDumpID: [Int: Int]

    /// Where the parts stand that differ between the formats.
    struct Layout: Hashable, Sendable {
        var format = 0
        var compression = 0..<0
        /// For each entry, its file's name, or the state and offset of its data.
        var dataPositions: [Range<Int>] = []
    }

    init(header: TOCHeader, entries: [TOCEntry], indexByDumpID: [Int: Int], bytes: [UInt8], layout: Layout) {
        version = header.version
        format = header.format
        createdAt = header.createdAt
        databaseName = header.databaseName
        serverVersion = header.serverVersion
        dumpVersion = header.dumpVersion
        self.entries = entries
        self.indexByDumpID = indexByDumpID
        self.bytes = bytes
        self.layout = layout
    }

    /// Reads a whole table of contents; what follows it in a custom archive is left alone.
    package init(parsing bytes: [UInt8], object: String = objectName) throws(ArchiveError) {
        var reader = TableOfContentsReader(object: object)
        try reader.append(bytes)
        self = try reader.finish()
    }

    /// The same without some entries, to decide by; the bytes are those of the whole.
    package func leavingOut(_ dumpIDs: Set<Int>) -> TableOfContents {
        dumpIDs.isEmpty ? self : TableOfContents(self, entries: entries.filter { !dumpIDs.contains($0.dumpID) })
    }

    private init(_ whole: TableOfContents, entries: [TOCEntry]) {
        version = whole.version
        format = whole.format
        createdAt = whole.createdAt
        databaseName = whole.databaseName
        serverVersion = whole.serverVersion
        dumpVersion = whole.dumpVersion
        self.entries = entries
        indexByDumpID = Dictionary(uniqueKeysWithValues: zip(entries.map(\.dumpID), entries.indices))
        bytes = whole.bytes
        layout = whole.layout
    }

    /// The entry with this dump id.
    package func entry(dumpID: Int) -> TOCEntry? {
        indexByDumpID[dumpID].map { entries[$0] }
    }

    /// The entries that hold rows of tables.
    package var tableData: [TOCEntry] { entries.filter(\.isTableData) }

    /// The encoding of names, SQL and rows, for instance `UTF8`; nil where the archive does not state it.
    ///
    /// Source: the entry ENCODING holds `SET client_encoding = 'UTF8';`.
    package var encoding: String? {
        guard let defn = entries.first(where: { $0.desc == "ENCODING" })?.defn else { return nil }
        let parts = defn.text.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count == 3 ? String(parts[1]) : nil
    }
}

/// When pg_dump began, in the local time of its machine. Source: `struct tm` in C's `<time.h>`.
package struct CreationTime: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let isDaylightSaving: Bool
}
