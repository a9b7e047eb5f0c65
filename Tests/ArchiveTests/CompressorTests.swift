import CZlib
import JobModel
import Testing

@testable import Archive

@Suite struct CompressorTests {
    static let settings = CompressionSetting.all
    /// One of each engine.
    static let engines: [CompressionSetting] = [.gzip, .libdeflate(level: 5), .zlib(level: 6), .none]

    @Test(arguments: settings)
    func `makes members that its reader inflates to the same bytes`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 2)
        let compressor = try setting.makeCompressor()
        for count in [0, 1, 2, 1_000, 20_000] {
            let text = CopyText.text(of: CopyText.randomRows(count, using: &generator))
            let member = try compressor.member(text)
            #expect(try MemberReader.inflate(member, object: "m", limitInBytes: text.count) == text)
        }
    }

    @Test(arguments: settings)
    func `makes the same member of the same bytes, whatever came before`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 3)
        let text = CopyText.text(of: CopyText.randomRows(500, using: &generator))
        let compressor = try setting.makeCompressor()
        let first = try compressor.member(text)
        _ = try compressor.member(Array("other".utf8))
        #expect(try compressor.member(text) == first)
        #expect(try setting.makeCompressor().member(text) == first)
    }

    @Test(arguments: settings)
    func `writes a header without time and name`(setting: CompressionSetting) throws {
        let member = try setting.makeCompressor().member(Array("text".utf8))
        #expect(member.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    }

    /// The engines fill a buffer of 256 KiB again and again; bytes that do not shrink end everywhere around its edge.
    @Test(arguments: engines)
    func `makes whole members where the output just fills its buffer`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 4)
        let noise = (0..<262_144).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let compressor = try setting.makeCompressor()
        for count in stride(from: 262_144 - 160, through: 262_144, by: 1) {
            let member = try compressor.member(Array(noise[..<count]))
            #expect(try MemberReader.inflate(member, object: "m", limitInBytes: count).count == count)
        }
    }

    @Test func `refuses levels that there are not`() {
        for level in [-1, 13] {
            #expect(throws: ArchiveError.self) { try LibdeflateCompressor(level: level) }
        }
    }

    @Test func `libdeflate makes less of the same rows than the fastest engine`() throws {
        let text = StructuredText.rows(sizeInBytes: 1 << 20, seed: 8)
        let sizes = try [.gzip, .libdeflate(level: 5), .libdeflate(level: 12)].map { (setting: CompressionSetting) in
            try setting.makeCompressor().member(text).count
        }
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test func `stores bytes as they are where compression is off`() throws {
        let text = Array("a text that stands in the member".utf8)
        let member = try CompressionSetting.none.makeCompressor().member(text)
        #expect(member.firstRange(of: text) != nil)
    }

    @Test func `can be shared by tasks`() async throws {
        let compressor = ISALCompressor()
        let text = Array(repeating: UInt8(ascii: "a"), count: 100_000)
        let expected = try compressor.member(text)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try compressor.member(text) == expected } }
            for try await isEqual in group { #expect(isEqual) }
        }
    }
}
