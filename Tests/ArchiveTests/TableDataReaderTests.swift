import Testing

@testable import Archive

@Suite struct TableDataReaderTests {
    private static func read(
        _ pieces: [[UInt8]], largestHeldRowInBytes: Int? = nil
    ) throws(ArchiveError) -> (text: [UInt8], digest: RowDigest) {
        var reader = TableDataReader(object: "1.dat.gz", largestHeldRowInBytes: largestHeldRowInBytes ?? 1 << 20)
        var text: [UInt8] = []
        for piece in pieces {
            let rows = try reader.append(piece)
            if largestHeldRowInBytes == nil { #expect(rows.isEmpty || rows.last == UInt8(ascii: "\n")) }
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

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `hands on large rows in pieces, and digests each as one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let rows = CopyText.randomRows(Int.random(in: 0...60, using: &generator), using: &generator)
        let stream = CopyText.text(of: rows) + TableDataReader.terminator
        for (largest, held) in [(1, 2), (5, 7), (20, 3), (20, 60), (stream.count, 2)] {
            let pieces = CopyText.cut(stream, largest: largest, using: &generator)
            let (text, digest) = try Self.read(pieces, largestHeldRowInBytes: held)
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
            #expect(throws: ArchiveError.self) {
                try Self.read([Array(bytes[..<cut]), Array(bytes[cut...])], largestHeldRowInBytes: 2)
            }
        }
    }

    @Test func `holds no more than a piece and the beginning of a row, however large rows are`() throws {
        let row = [UInt8](repeating: UInt8(ascii: "x"), count: 9_000_000)
        let stream = CopyText.text(of: [[1], row, row, [2]]) + TableDataReader.terminator
        var reader = TableDataReader(object: "1.dat.gz")
        var (size, largest) = (0, 0)
        for start in stride(from: 0, to: stream.count, by: 65_536) {
            let rows = try reader.append(Array(stream[start..<min(start + 65_536, stream.count)]))
            size += rows.count
            largest = max(largest, rows.count)
        }
        #expect(size == 2 * row.count + 6)
        #expect(largest <= (1 << 20) + 65_536)
        #expect(try reader.finish() == CopyText.digest(of: [[1], row, row, [2]]))
    }

    @Test func `hands a large row on in pieces also where its fields are hashed in another order`() throws {
        let row = Array("a\t\(String(repeating: "b", count: 50))".utf8)
        var reader = TableDataReader(object: "1.dat.gz", fieldOrder: [1, 0], largestHeldRowInBytes: 2)
        var texts: [[UInt8]] = []
        for byte in row + Array("\n".utf8) + TableDataReader.terminator {
            let rows = try reader.append([byte])
            if !rows.isEmpty { texts.append(rows) }
        }
        #expect(texts.count > 1 && Array(texts.joined()) == row + [UInt8(ascii: "\n")])
        var turned = RowHasher()
        turned.update(Array("\(String(repeating: "b", count: 50))\ta\n".utf8))
        #expect(try reader.finish() == turned.digest)
    }

    @Test func `says after how many rows the terminator is missing`() {
        let reason = "its rows end without the terminator, after 2 rows"
        #expect(throws: ArchiveError.damaged(object: "1.dat.gz", reason: reason)) {
            try Self.read([Array("a\nb\n".utf8)])
        }
    }
}
