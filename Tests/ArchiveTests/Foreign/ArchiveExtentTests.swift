import Foundation
import TestSupport
import Testing

@testable import Archive

/// Archives of stock pg_dump, whole, cut and lengthened, handed in by pieces of any size.
@Suite(.serialized, .enabled(if: !ScratchCluster.binFolders.isEmpty, "no PostgreSQL server found"), WithServers())
struct ArchiveExtentTests {
    static let folders = ScratchCluster.binFolders

    /// How many entries it has. Throws where it is not whole.
    private static func read(_ pieces: [[UInt8]], _ format: String) throws -> Int? {
        var extent: any ArchiveExtent = format == "c" ? CustomExtent(object: "x") : TarExtent(object: "x")
        for piece in pieces { try extent.append(piece) }
        try extent.finish()
        return extent.contents?.entries.count
    }

    @Test(arguments: folders, ExampleDatabases.names)
    func `follows an archive to its end, however it is cut`(programs: String, database: String) throws {
        let server = try TestServer.running(from: programs)
        var generator = SeededGenerator(seed: 7)
        for options in ["-Fc", "-Fc -Z0", "-Ft"] {
            let bytes = try server.bytes("pg_dump \(options) \(database) | cat")
            let format = String(options.dropFirst(2).prefix(1))
            let count = try #require(try Self.read([bytes], format))
            for largest in [7, 4_096] {
                let pieces = CopyText.cut(bytes, largest: largest, using: &generator)
                #expect(try Self.read(pieces, format) == count)
            }
        }
    }

    @Test(arguments: folders, ["-Fc", "-Ft"])
    func `finds every cut, and bytes that follow`(programs: String, options: String) throws {
        let server = try TestServer.running(from: programs)
        let database = try #require(ExampleDatabases.names.first)
        let bytes = try server.bytes("pg_dump \(options) \(database) | cat")
        let format = String(options.dropFirst(2).prefix(1))
        // A tar archive is whole with two blocks of zeros.
        let end = bytes.count
        for length in Array(stride(from: 0, to: end, by: max(1, end / 400))) + [end - 1] {
            #expect(throws: ArchiveError.self, "cut after \(length) of \(end)") {
                _ = try Self.read([Array(bytes.prefix(length))], format)
            }
        }
        #expect(throws: ArchiveError.self) { _ = try Self.read([bytes + [7]], format) }
    }

    @Test(arguments: folders)
    func `takes a table of contents that stands behind the data again, and nothing else`(programs: String) throws {
        let server = try TestServer.running(from: programs)
        let database = try #require(ExampleDatabases.names.first)
        let bytes = try server.bytes("pg_dump -Fc \(database) | cat")
        let contents = try TableOfContents(parsing: bytes)
        var buffer = TOCBuffer()
        buffer.bytes = contents.bytes
        _ = try TOCHeader(from: &buffer)
        let again = Array(contents.bytes[(buffer.position - TOCNumber.size)...])
        #expect(try Self.read([bytes + again], "c") == contents.entries.count)
        for damage in [Array(again.dropLast()), again + [0], [again[0] ^ 1] + again.dropFirst()] {
            #expect(throws: ArchiveError.self) { _ = try Self.read([bytes + damage], "c") }
        }
    }

    @Test(arguments: folders)
    func `finds a member that a tar archive lacks`(programs: String) throws {
        let server = try TestServer.running(from: programs)
        let database = try #require(ExampleDatabases.names.first)
        let bytes = try server.bytes(
            """
            d=$(mktemp -d); cd $d; pg_dump -Ft \(database) > all.tar
            tar --delete -f all.tar "$(tar -tf all.tar | grep -E '^[0-9]+[.]dat$' | head -n 1)"; cat all.tar; rm -r $d
            """)
        #expect(throws: ArchiveError.self) { _ = try Self.read([bytes], "t") }
    }
}
