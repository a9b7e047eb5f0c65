import Testing

@testable import Archive

@Suite struct TableDataReaderTests {
    private static func read(_ pieces: [[UInt8]]) throws(ArchiveError) -> (text: [UInt8], digest: RowDigest) {
        var reader = TableDataReader(object: "1.dat.gz")
        var text: [UInt8] = []
        for piece in pieces {
            let rows = try reader.append(piece)
            #expect(rows.isEmpty || rows.last == UInt8(ascii: "\n"))
            text += rows
        }
        return (text, try reader.finish())
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `hands on all rows and nothing else from pieces of any size`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let rows = CopyText.randomRows(Int.random(in: 0...60, using: &generator), using: &generator)
        let stream = CopyText.text(of: rows) + TableDataReader.terminator
        for largest in [1, 5, 100, stream.count] {
            let (text, digest) = try Self.read(CopyText.cut(stream, largest: largest, using: &generator))
            #expect(text == CopyText.text(of: rows))
            #expect(digest == CopyText.digest(of: rows))
        }
    }

    @Test func `reads a table without rows`() throws {
        #expect(try Self.read([TableDataReader.terminator]).digest == RowDigest())
    }

    @Test func `reads the empty rows of a table without columns`() throws {
        let (text, digest) = try Self.read([Array("\n\n\n\\.\n\n\n".utf8)])
        #expect(text == Array("\n\n\n".utf8))
        #expect(digest.rows == 3)
    }

    @Test(arguments: [
        "", "a", "a\n", "a\n\\.", "a\n\\.\n", "a\n\\.\n\n", "a\n\\.\n\n\n\n", "a\n\\.\n\n\nb\n", "a\n\\.\nb\n\\.\n\n\n",
        "a\n\\.b\n\\.\n\n\n", "a\\.\n\n\n", "a\n\\.\n\n\n\\.\n\n\n", "\\.\r\n\n\n", "a\n \\.\n\n\n", "a\n\\.\n\nb",
    ])
    func `refuses a stream that does not end in the terminator and there only`(stream: String) {
        let bytes = Array(stream.utf8)
        #expect(throws: ArchiveError.self) { try Self.read([bytes]) }
        #expect(throws: ArchiveError.self) { try Self.read(bytes.map { [$0] }) }
        for cut in bytes.indices {
            #expect(throws: ArchiveError.self) { try Self.read([Array(bytes[..<cut]), Array(bytes[cut...])]) }
        }
    }

    @Test func `hands on a row larger than many pieces`() throws {
        let row = [UInt8](repeating: UInt8(ascii: "x"), count: 9_000_000)
        let stream = CopyText.text(of: [[1], row, [2]]) + TableDataReader.terminator
        let pieces = stride(from: 0, to: stream.count, by: 65_536).map {
            Array(stream[$0..<min($0 + 65_536, stream.count)])
        }
        let (text, digest) = try Self.read(pieces)
        #expect(text.count == row.count + 5)
        #expect(digest == CopyText.digest(of: [[1], row, [2]]))
    }

    @Test func `says after how many rows the terminator is missing`() {
        let reason = "its rows end without the terminator, after 2 rows"
        #expect(throws: ArchiveError.damaged(object: "1.dat.gz", reason: reason)) {
            try Self.read([Array("a\nb\n".utf8)])
        }
    }
}
