import JobModel
import Testing

@testable import Archive

/// Every engine with each of its levels, on bytes of sizes around those that matter to one of them.
@Suite struct EngineTests {
    /// What a member of a table holds.
    private static let memberSize = 1 << 20

    /// Nothing; a byte; what libdeflate stores without trying; a window; a member; what takes more room than one.
    private static let sizes = [
        0, 1, 55, 56, 57, 32_767, 32_768, 32_769, memberSize - 1, memberSize, memberSize + 1, 2 * memberSize + 3,
    ]
    private static let rows = StructuredText.rows(sizeInBytes: 3 * memberSize + 17, seed: 11)
    private static let noise = StructuredText.noise(sizeInBytes: 2 * memberSize + 3, seed: 12)

    @Test(arguments: CompressorTests.settings)
    func `makes members of any size that its reader and gunzip inflate to the same bytes`(
        setting: CompressionSetting
    ) throws {
        let compressor = try setting.makeCompressor()
        var text: [UInt8] = []
        var object: [UInt8] = []
        for size in Self.sizes {
            for bytes in [Array(Self.rows.prefix(size)), Array(Self.noise.prefix(size))] {
                let member = try compressor.member(bytes)
                let inflated = try MemberReader.inflate(member, object: "m", limitInBytes: size)
                #expect(inflated == bytes, "\(size) bytes")
                text += bytes
                object += member
            }
        }
        #expect(try Shell.bytes("gzip -dc", input: object) == text)
    }

    @Test(arguments: CompressorTests.engines)
    func `cuts a row that is larger than a member into several, which read as one`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 13)
        let row = Self.rows.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
        let text = CopyText.text(of: [Array("1".utf8), row, Array("3".utf8)])
        let compressor = try setting.makeCompressor()
        var object: [UInt8] = []
        for begin in stride(from: 0, to: text.count, by: Self.memberSize) {
            object += try compressor.member(Array(text[begin..<min(begin + Self.memberSize, text.count)]))
        }
        object += try compressor.member(TableDataReader.terminator)
        let (read, digest) = try TableObject.read(CopyText.cut(object, largest: 100_000, using: &generator))
        #expect(read == text)
        #expect(digest == CopyText.digest(of: [Array("1".utf8), row, Array("3".utf8)]))
        #expect(try Shell.bytes("zcat", input: object) == text + TableDataReader.terminator)
    }

    /// Random damage to members as large as those of a table, wherever in them it is.
    @Test(arguments: CompressorTests.settings)
    func `notices damage to a large member`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 14)
        let text = Array(Self.rows.prefix(200_000))
        let member = try setting.makeCompressor().member(text)
        for _ in 0..<40 {
            var damaged = member
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: damaged.removeLast(Int.random(in: 1..<damaged.count, using: &generator))
            case 1: damaged.remove(at: Int.random(in: damaged.indices, using: &generator))
            case 2: damaged.insert(.random(in: .min ... .max, using: &generator), at: damaged.count)
            default:
                damaged[Int.random(in: damaged.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            let inflated = try? MemberReader.inflate(damaged, object: "m", limitInBytes: text.count)
            // Some bits of a deflate stream mean nothing.
            #expect(inflated == nil || inflated == text)
            guard damaged.count != member.count else { continue }
            #expect(inflated == nil)
        }
    }
}
