import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive

/// Compares with what pg_dump and pg_restore of each server's version do.
@Suite(.serialized, .enabled(if: !ScratchCluster.binFolders.isEmpty, "no PostgreSQL server found"), WithServers())
struct PgDumpTests {
    static let folders = ScratchCluster.binFolders

    private static func harvest(_ database: String, on server: TestServer) throws -> TableOfContents {
        var reader = TableOfContentsReader()
        let stream = try server.bytes("pg_dump -Fc -Z0 \(database) | cat")
        for begin in stride(from: 0, to: stream.count, by: 4096) where !reader.isComplete {
            try reader.append(Array(stream[begin..<min(begin + 4096, stream.count)]))
        }
        return try reader.finish()
    }

    /// The bytes without the seven numbers of the time stamp.
    private static func timeless(_ bytes: [UInt8]) throws -> [UInt8] {
        let contents = try TableOfContents(parsing: bytes)
        let start = contents.layout.compression.upperBound
        return Array(bytes[..<start] + bytes[(start + 7 * TOCNumber.size)...])
    }

    @Test(arguments: folders, ExampleDatabases.names)
    func `rewrites the contents as pg_dump -Fd writes them`(programs: String, database: String) throws {
        let server = try TestServer.running(from: programs)
        let folder = try Folder()
        try server.run("pg_dump -Fd -f \(folder.path)/d \(database)")
        let expected = try folder.bytes("d/toc.dat")
        let contents = try Self.harvest(database, on: server)
        #expect(try Self.timeless(contents.directoryForm()) == Self.timeless(expected))
        #expect(try TableOfContents(parsing: expected).directoryForm() == expected)
    }

    @Test(arguments: folders, ExampleDatabases.names)
    func `names the files that pg_dump -Fd writes`(programs: String, database: String) throws {
        let server = try TestServer.running(from: programs)
        let folder = try Folder()
        try server.run("pg_dump -Fd -f \(folder.path)/d \(database)")
        let files = try folder.files("d").filter { $0 != "toc.dat" && !$0.hasPrefix("blob_") }
        let names = try Self.harvest(database, on: server).entries.compactMap(\.fileName)
        #expect(files.sorted() == names.map { $0.hasSuffix(".dat") ? $0 + ".gz" : $0 }.sorted())
    }

    @Test(arguments: folders, ExampleDatabases.names)
    func `writes contents that pg_restore of every version lists`(programs: String, database: String) throws {
        let server = try TestServer.running(from: programs)
        let contents = try Self.harvest(database, on: server)
        let folder = try Folder()
        try folder.write(contents.directoryForm(), to: "d/toc.dat")
        let readers = TestServer.all.filter { $0.major >= server.major }
        for reader in readers {
            let list = try reader.run("pg_restore -l \(folder.path)/d")
            #expect(list.contains("TOC Entries: \(contents.entries.count)\n"), "pg_restore \(reader.major)")
        }
    }

    @Test(arguments: folders)
    func `knows each table's COPY statement`(programs: String) throws {
        let contents = try Self.harvest("shop", on: TestServer.running(from: programs))
        let odd = try #require(contents.tableData.first { $0.tag == "Odd \"na,me(" })
        #expect(odd.qualifiedName == "\"We ird\".\"Odd \"\"na,me(\"")
        #expect(try odd.copyTarget == "\"We ird\".\"Odd \"\"na,me(\"")
        #expect(try odd.copyColumns == ["\"a,b\"", "\"c\"\"d\"", "\"e)f\""])
        let zero = try #require(contents.tableData.first { $0.tag == "zero" })
        #expect(try zero.copyColumns.isEmpty)
        let leaf = try #require(contents.tableData.first { $0.tag == "hashed_1" })
        #expect(leaf.partitionRoot == "public.hashed")
        #expect(try leaf.copyTarget == "public.hashed")
        for entry in contents.tableData { _ = try entry.copyStatement }
    }

    @Test(arguments: folders)
    func `keeps the names of a database without encoding`(programs: String) throws {
        let contents = try Self.harvest("bytes", on: TestServer.running(from: programs))
        let table = try #require(contents.tableData.first)
        #expect(table.tag.bytes == [0x6e, 0x61, 0xfc, 0x6d, 0x65])
        #expect(try table.copyColumns.first?.bytes == Array("\"sp".utf8) + [0xff, 0xfe] + Array("lte\"".utf8))
        #expect(contents.encoding == "SQL_ASCII")
    }

    @Test(arguments: folders)
    func `knows the large objects of each BLOBS entry`(programs: String) throws {
        let server = try TestServer.running(from: programs)
        let contents = try Self.harvest("shop", on: server)
        let oids = try server.run("psql -AtX shop -c 'select oid from pg_largeobject_metadata order by oid'")
        let found = try contents.entries.filter(\.isBlobs).flatMap { try contents.largeObjectIDs(of: $0) }
        #expect(found.map { "\($0)\n" }.joined() == oids)
        #expect(found.count == 3)
    }

    @Test(arguments: folders)
    func `reads every table's file that pg_dump -Fd writes`(programs: String) throws {
        let server = try TestServer.running(from: programs)
        let folder = try Folder()
        try server.run("pg_dump -Fd -f \(folder.path)/d shop")
        for entry in try TableOfContents(parsing: folder.bytes("d/toc.dat")).tableData {
            let object = try folder.bytes("d/\(entry.fileName!).gz")
            let query = "select count(*) from only \(entry.qualifiedName)"
            let rows = try server.run("psql -AtX shop", input: query).dropLast()
            let digest = try TableObject.read([object], header: .plain).digest
            #expect(digest.rows == Int(rows), "\(entry.tag)")
        }
    }

    @Test(arguments: folders, ["shop", "bytes"])
    func `makes an archive that stock pg_restore restores to the same rows`(programs: String, database: String) throws {
        let server = try TestServer.running(from: programs)
        let folder = try Folder()
        try server.run("pg_dump -Fd -f \(folder.path)/d \(database)")
        let contents = try Self.harvest(database, on: server)
        try folder.write(contents.directoryForm(), to: "d/toc.dat")
        for entry in contents.tableData {
            let file = "d/\(entry.fileName!).gz"
            let (text, _) = try TableObject.read([folder.bytes(file)], header: .plain)
            let rows = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map(
                Array.init)
            try folder.write(TableObject.bytes(of: rows, rowsPerMember: 100, compressor: ISALCompressor()), to: file)
        }
        let restored = "restored_\(database)"
        try server.run(
            """
            createdb -T template0 -E \(contents.encoding!) --locale=C \(restored)
            pg_restore -Fd -j2 --exit-on-error -d \(restored) \(folder.path)/d >&2
            """)
        #expect(try Self.sortedDump(of: restored, on: server) == Self.sortedDump(of: database, on: server))
    }

    /// Row order means nothing, and pg_dump marks each script with a random key. Rows of a table partitioned by the hash
    /// of an enum may stand in other leaves after a restore, so they are read from the root.
    private static func sortedDump(of database: String, on server: TestServer) throws -> [UInt8] {
        try server.bytes(
            #"""
            {
                pg_dump --exclude-table-data='hashed_*' \#(database) | grep -av '^\\\(un\)\?restrict'
                [ \#(database) = bytes ] || [ \#(database) = restored_bytes ] ||
                    psql -AtX -d \#(database) -c 'select m, t from hashed'
            } | LC_ALL=C sort
            """#)
    }

    /// The commands of RESTORE.md's third and fourth chapter, run as they stand.
    @Test(arguments: folders)
    func `writes a guide whose commands restore the backup`(programs: String) throws {
        let server = try TestServer.running(from: programs)
        let folder = try Folder()
        try server.run("pg_dump -Fd -f \(folder.path)/d shop")
        var manifest = Manifest.example
        manifest.server.lcMonetary = "C"
        let guide = RestoreGuide(manifest: manifest, urls: ["s3://bucket/shop"]).text
        let commands = guide.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
        let create = try #require(commands.firstIndex { $0.hasPrefix("createdb") })
        try server.run("cd \(folder.path)/d\n" + commands[create...].joined(separator: "\n") + "\n")
        #expect(try server.run("psql -AtX restored -c 'select count(*) from plain'") == "3000\n")
        #expect(try Self.sortedDump(of: "restored", on: server) == Self.sortedDump(of: "shop", on: server))
        try server.run("dropdb restored")
    }

    @Test(arguments: folders)
    func `notices a cut of real contents`(programs: String) throws {
        let bytes = try Self.harvest("shop", on: TestServer.running(from: programs)).directoryForm()
        for length in stride(from: 0, to: bytes.count, by: 61) {
            #expect(throws: ArchiveError.self) { try TableOfContents(parsing: Array(bytes[..<length])) }
        }
    }
}
