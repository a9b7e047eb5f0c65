import CXXHash
import JobModel
import Testing

@testable import Archive

@Suite struct RowHasherTests {
    /// The rows as a program without any of our code would sum them.
    private static func reference(_ rows: [[UInt8]]) -> RowDigest {
        rows.reduce(into: RowDigest()) { digest, row in
            let hash = row.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
            digest.rows += 1
            digest.bytes += row.count + 1
            digest.sum.value &+= UInt128(hash.high64) << 64 | UInt128(hash.low64)
        }
    }

    @Test func `sums XXH3's 128 bits of each row without its newline`() {
        var generator = SeededGenerator(seed: 7)
        let rows = CopyText.randomRows(2_000, using: &generator)
        #expect(CopyText.digest(of: rows) == Self.reference(rows))
    }

    /// `xxhsum -H2` of the empty text, the canonical form of XXH3's 128 bits.
    @Test func `writes an empty row's hash in the canonical form`() {
        #expect(CopyText.digest(of: [[]]).sum.description == "99aa06d3014798d86001c324468d497f")
    }

    @Test func `does not depend on order or on how the rows are cut into chunks`() {
        var generator = SeededGenerator(seed: 8)
        let rows = CopyText.randomRows(1_000, using: &generator)
        let shuffled = rows.shuffled(using: &generator)
        var digest = RowDigest()
        for begin in stride(from: 0, to: shuffled.count, by: 37) {
            digest += CopyText.digest(of: Array(shuffled[begin..<min(begin + 37, shuffled.count)]))
        }
        #expect(digest == CopyText.digest(of: rows))
    }

    @Test(arguments: [1, 2, 7, 100, 4_096], [nil, [1, 0]] as [[Int]?])
    func `counts and hashes rows that come in pieces as it does whole ones`(size: Int, fieldOrder: [Int]?) {
        var generator = SeededGenerator(seed: 10)
        var rows = CopyText.randomRows(50, using: &generator)
        rows += [[], Array(repeating: UInt8(ascii: "x"), count: 10_000), [], Array("a\tb".utf8)]
        let text = rows.flatMap { $0 + [UInt8(ascii: "\n")] }
        var hasher = RowHasher(fieldOrder: fieldOrder)
        for begin in stride(from: 0, to: text.count, by: size) {
            hasher.update(Array(text[begin..<min(begin + size, text.count)]))
        }
        #expect(hasher.digest == CopyText.digest(of: rows, fieldOrder: fieldOrder))
    }

    @Test func `counts a row only once its newline has come`() {
        var hasher = RowHasher()
        hasher.update(Array("one\ntw".utf8))
        #expect(hasher.digest.rows == 1)
        #expect(hasher.digest.bytes == 6)
        hasher.update(Array("o\n".utf8))
        #expect(hasher.digest == CopyText.digest(of: [Array("one".utf8), Array("two".utf8)]))
    }

    @Test func `depends on every row`() {
        var generator = SeededGenerator(seed: 9)
        var rows = CopyText.randomRows(100, using: &generator)
        let digest = CopyText.digest(of: rows)
        rows[50].append(UInt8(ascii: "x"))
        #expect(CopyText.digest(of: rows).sum != digest.sum)
        rows.remove(at: 50)
        #expect(CopyText.digest(of: rows).sum != digest.sum)
        #expect(CopyText.digest(of: rows).rows == 99)
    }

    @Test func `counts the empty rows of a table without columns`() {
        #expect(CopyText.digest(of: [[], [], []]).rows == 3)
        #expect(CopyText.digest(of: []).rows == 0)
    }

    @Test func `hashes fields in the order of the root`() {
        let leaf = [Array("b\t1\ta".utf8), Array("\t\\N\tc\\td".utf8)]
        let root = [Array("1\ta\tb".utf8), Array("\\N\tc\\td\t".utf8)]
        #expect(CopyText.digest(of: leaf, fieldOrder: [1, 2, 0]) == CopyText.digest(of: root))
        #expect(CopyText.digest(of: leaf, fieldOrder: [0, 1, 2]) == CopyText.digest(of: leaf))
    }

    @Test func `hashes a row with another number of fields as it comes`() {
        let rows = [Array("a\tb".utf8), Array("a\tb\tc\td".utf8)]
        #expect(CopyText.digest(of: rows, fieldOrder: [2, 1, 0]) == CopyText.digest(of: rows))
    }

    @Test(arguments: [UInt128.zero, 1, .max, 0x0123_4567_89ab_cdef_0011_2233_4455_6677])
    func `reads the digits it writes`(value: UInt128) {
        let sum = HashSum(value: value)
        #expect(sum.description.count == 32)
        #expect(HashSum(sum.description) == sum)
    }

    @Test(arguments: ["", "0", String(repeating: "g", count: 32), String(repeating: "0", count: 34)])
    func `reads no other digits`(text: String) {
        #expect(HashSum(text) == nil)
    }

    @Test func `wraps around`() {
        var sum = HashSum(value: .max)
        sum += HashSum(value: 2)
        #expect(sum == HashSum(value: 1))
    }
}
