import JobModel
import Testing

@testable import Archive

@Suite struct TableOfContentsTests {
    @Test(arguments: 13...16)
    func `reads every known archive version`(minorVersion: Int) throws {
        let contents = try TableOfContents(parsing: ArchiveBuilder.example(minorVersion: minorVersion).bytes)
        #expect(contents.version == ArchiveVersion(1, minorVersion))
        #expect(contents.databaseName == "shop")
        #expect(contents.encoding == "UTF8")
        #expect(contents.createdAt.year == 2026 && contents.createdAt.month == 11 && contents.createdAt.day == 21)
        #expect(contents.entries.map(\.dumpID) == [3, 5, 6, 8, 7])
        #expect(contents.entry(dumpID: 6)?.dependencies == [5])
        #expect(contents.entry(dumpID: 6)?.section == .data)
        #expect(contents.entry(dumpID: 5)?.relkind == (minorVersion == 16 ? "r" : nil))
        #expect(contents.tableData.map(\.oid) == [16384])
    }

    @Test func `keeps names that are no UTF-8 as bytes`() throws {
        let contents = try TableOfContents(parsing: ArchiveBuilder.example(minorVersion: 14).bytes)
        let table = try #require(contents.tableData.first)
        #expect(table.tag.bytes == Array("na\u{EF}ve".utf8) + [0xff])
        #expect(table.qualifiedName.bytes == Array("\"public\".\"na\u{EF}ve".utf8) + [0xff, UInt8(ascii: "\"")])
    }

    @Test(arguments: 13...16)
    func `rewrites a custom archive's contents as those of a directory archive`(minorVersion: Int) throws {
        let custom = try TableOfContents(parsing: ArchiveBuilder.example(minorVersion: minorVersion).bytes)
        #expect(custom.directoryForm() == ArchiveBuilder.example(minorVersion: minorVersion, format: 3).bytes)
    }

    @Test(arguments: 13...16)
    func `rewrites a directory archive's contents as they are`(minorVersion: Int) throws {
        let bytes = ArchiveBuilder.example(minorVersion: minorVersion, format: 3).bytes
        #expect(try TableOfContents(parsing: bytes).directoryForm() == bytes)
    }

    @Test(arguments: [3, 5] as [UInt8])
    func `reads a directory archive with either mark and writes pg_dump's`(format: UInt8) throws {
        let bytes = ArchiveBuilder.example(minorVersion: 16, format: format).bytes
        let contents = try TableOfContents(parsing: bytes)
        #expect(contents.entries.map(\.fileName) == [nil, nil, "6.dat", nil, "blobs_7.toc"])
        #expect(contents.directoryForm()[10] == 3)
    }

    @Test func `finds the large objects of a group by the metadata on which it depends`() throws {
        let contents = try TableOfContents(parsing: ArchiveBuilder.example(minorVersion: 16).bytes)
        let blobs = try #require(contents.entry(dumpID: 7))
        #expect(blobs.isBlobs)
        #expect(try contents.largeObjectIDs(of: blobs) == [10, 12])
    }

    @Test func `finds all large objects by their entries before archive version 1_16`() throws {
        let contents = try TableOfContents(parsing: ArchiveBuilder.example(minorVersion: 15).bytes)
        #expect(try contents.largeObjectIDs(of: #require(contents.entry(dumpID: 7))) == [10])
    }

    @Test func `refuses a group of large objects without metadata`() throws {
        var builder = ArchiveBuilder.example(minorVersion: 16)
        builder.entries[4].dependencies = []
        let contents = try TableOfContents(parsing: builder.bytes)
        #expect(throws: ArchiveError.self) {
            try contents.largeObjectIDs(of: #require(contents.entry(dumpID: 7)))
        }
    }

    @Test(arguments: [(1, 12), (1, 17), (2, 14), (0, 9)] as [(UInt8, UInt8)])
    func `refuses an unknown archive version by its name`(version: (UInt8, UInt8)) {
        var bytes = ArchiveBuilder.example(minorVersion: 14).bytes
        bytes[5] = version.0
        bytes[6] = version.1
        #expect(throws: ArchiveError.unsupportedVersion(object: "toc.dat", version: "\(version.0).\(version.1)")) {
            try TableOfContents(parsing: bytes)
        }
    }

    @Test(arguments: ["", "7.dat", "../6.dat", "/etc/passwd", "6.dat.gz"])
    func `refuses a file name that is not pg_dump's for rows`(name: String) {
        var builder = ArchiveBuilder.example(minorVersion: 14, format: 3)
        builder.entries[2].fileName = name
        #expect(throws: ArchiveError.self) { try TableOfContents(parsing: builder.bytes) }
    }

    @Test func `refuses an entry that comes twice`() {
        var builder = ArchiveBuilder.example(minorVersion: 14)
        builder.entries[1].dumpID = 3
        #expect(throws: ArchiveError.damaged(object: "toc.dat", reason: "it holds entry 3 twice")) {
            try TableOfContents(parsing: builder.bytes)
        }
    }

    @Test func `refuses bytes behind a toc_dat`() {
        let bytes = ArchiveBuilder.example(minorVersion: 14, format: 3).bytes + [0]
        #expect(throws: ArchiveError.damaged(object: "toc.dat", reason: "bytes follow its last entry")) {
            try TableOfContents(parsing: bytes)
        }
    }

    @Test func `leaves the data behind a custom archive's contents alone`() throws {
        let bytes = ArchiveBuilder.example(minorVersion: 14).bytes
        var reader = TableOfContentsReader()
        try reader.append(bytes + Array("data".utf8))
        #expect(reader.isComplete)
        try reader.append(Array("more data".utf8))
        #expect(try reader.finish().directoryForm() == TableOfContents(parsing: bytes).directoryForm())
    }

    @Test(arguments: [1, 2, 7, 64])
    func `reads the same from pieces of any size`(size: Int) throws {
        let bytes = ArchiveBuilder.example(minorVersion: 16).bytes
        var reader = TableOfContentsReader()
        var rest = bytes[...]
        while !rest.isEmpty {
            #expect(!reader.isComplete)
            try reader.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let contents = try reader.finish()
        #expect(contents.entries == (try TableOfContents(parsing: bytes).entries))
    }

    @Test func `reads an entry with many dependencies byte by byte in linear time`() throws {
        let entry = ArchiveBuilder.Entry(
            dumpID: 1, tag: Array("t".utf8), desc: "TABLE", dependencies: Array(2..<20_000))
        var reader = TableOfContentsReader()
        for byte in ArchiveBuilder(entries: [entry]).bytes { try reader.append([byte]) }
        #expect(try reader.finish().entries.first?.dependencies.count == 19_998)
    }
}
