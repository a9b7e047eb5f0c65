import CZlib
import JobModel
import Testing

@testable import Archive

@Suite struct MemberReaderTests {
    private static func rows(_ count: Int, seed: UInt64 = 5) -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed)
        return CopyText.randomRows(count, using: &generator)
    }

    @Test(arguments: CompressorTests.settings)
    func `reads concatenated members from pieces of any size`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 6)
        let rows = Self.rows(300)
        let object = try TableObject.bytes(of: rows, rowsPerMember: 40, compressor: setting.makeCompressor())
        for largest in [1, 13, 500, object.count] {
            let (text, digest) = try TableObject.read(CopyText.cut(object, largest: largest, using: &generator))
            #expect(text == CopyText.text(of: rows))
            #expect(digest == CopyText.digest(of: rows))
        }
    }

    @Test func `hands on pieces of bounded size from a member that inflates a thousandfold`() throws {
        let size = 20 << 20
        let member = try ISALCompressor().member([UInt8](repeating: 0, count: size))
        let reader = MemberReader(object: "m")
        reader.append(member)
        var inflated = 0
        while let piece = try reader.next() {
            #expect(piece.count <= MemberReader.largestPiece)
            inflated += piece.count
        }
        try reader.finish()
        #expect(inflated == size)
        #expect(reader.memberCount == 1)
    }

    @Test func `counts members, also empty ones`() throws {
        let compressor = ISALCompressor()
        let object = try compressor.member([]) + compressor.member([1]) + compressor.member([])
        let reader = MemberReader(object: "m")
        reader.append(object)
        #expect(try reader.next() == [1])
        #expect(try reader.next() == nil)
        try reader.finish()
        #expect(reader.memberCount == 3)
    }

    @Test(arguments: CompressorTests.engines)
    func `notices every byte that is flipped`(setting: CompressionSetting) throws {
        let object = try TableObject.bytes(of: Self.rows(12), rowsPerMember: 5, compressor: setting.makeCompressor())
        for index in object.indices {
            var damaged = object
            damaged[index] ^= 0xff
            #expect(throws: ArchiveError.self, "byte \(index) flipped") { try TableObject.read([damaged]) }
        }
    }

    /// Some bits of a deflate stream mean nothing: a flip there is either noticed or leaves every row as it was.
    @Test(arguments: CompressorTests.engines)
    func `never hands on other rows for a flipped bit`(setting: CompressionSetting) throws {
        let rows = Self.rows(12)
        let object = try TableObject.bytes(of: rows, rowsPerMember: 5, compressor: setting.makeCompressor())
        var unnoticed = 0
        for index in object.indices {
            for bit in 0..<8 {
                var damaged = object
                damaged[index] ^= 1 << UInt8(bit)
                guard let (text, _) = try? TableObject.read([damaged]) else { continue }
                #expect(text == CopyText.text(of: rows), "bit \(bit) of byte \(index) flipped")
                unnoticed += 1
            }
        }
        #expect(unnoticed < object.count)
    }

    @Test(arguments: CompressorTests.engines)
    func `notices a cut at every length, also between members`(setting: CompressionSetting) throws {
        let object = try TableObject.bytes(of: Self.rows(12), rowsPerMember: 5, compressor: setting.makeCompressor())
        for length in 0..<object.count {
            #expect(throws: ArchiveError.self, "cut to \(length) bytes") {
                try TableObject.read([Array(object[..<length])])
            }
        }
    }

    @Test(
        arguments: [[0], [0x1f], [0x1f, 0x8b], Array(repeating: 0, count: 512), Array("garbage garbage".utf8)]
            as [[UInt8]])
    func `notices bytes behind the last member`(garbage: [UInt8]) throws {
        let object = try TableObject.bytes(of: Self.rows(3), rowsPerMember: 5, compressor: ISALCompressor())
        #expect(throws: ArchiveError.self) { try TableObject.read([object + garbage]) }
        #expect(throws: ArchiveError.self) { try TableObject.read([object, garbage]) }
    }

    @Test func `notices an object that is no gzip`() {
        let text = CopyText.text(of: [Array("plain".utf8)]) + TableDataReader.terminator
        #expect(
            throws: ArchiveError.damaged(object: "1.dat.gz", reason: "no gzip member begins at byte 0")
        ) { try TableObject.read([text]) }
    }

    @Test func `notices an empty object`() {
        #expect(throws: ArchiveError.damaged(object: "1.dat.gz", reason: "it is empty")) { try TableObject.read([]) }
    }

    @Test func `names the member whose checksum is wrong`() throws {
        let compressor = ISALCompressor()
        let first = try compressor.member(Array("first\n".utf8))
        var second = try compressor.member(Array("second\n".utf8))
        second[second.count - 8] ^= 1
        let reason = "the checksum of the gzip member at byte \(first.count) is wrong"
        #expect(throws: ArchiveError.damaged(object: "1.dat.gz", reason: reason)) {
            try TableObject.read([first + second])
        }
    }

    @Test func `names the member whose length is wrong`() throws {
        var member = try ISALCompressor().member(Array("first\n".utf8))
        member[member.count - 1] ^= 1
        #expect(
            throws: ArchiveError.damaged(object: "1.dat.gz", reason: "the length of the gzip member at byte 0 is wrong")
        ) {
            try TableObject.read([member])
        }
    }

    @Test func `notices padding that is not zero behind a member's data`() throws {
        var paddings = 0
        for count in 1...40 {
            var member = try ISALCompressor().member([UInt8](repeating: UInt8(ascii: "a"), count: count))
            member[member.count - 9] ^= 0x80
            let error = #expect(throws: ArchiveError.self) {
                try MemberReader.inflate(member, object: "m", limitInBytes: 100)
            }
            paddings += error?.message.contains("padded") == true ? 1 : 0
        }
        #expect(paddings > 0)
    }

    @Test func `stays damaged once it was`() throws {
        let reader = MemberReader(object: "m")
        reader.append(Array("plain text".utf8))
        #expect(throws: ArchiveError.self) { try reader.next() }
        reader.append(try ISALCompressor().member([]))
        #expect(throws: ArchiveError.self) { try reader.next() }
        #expect(throws: ArchiveError.self) { try reader.finish() }
    }

    @Test func `takes the headers of other programs only where it may`() throws {
        var member = try ISALCompressor().member(TableDataReader.terminator)
        member[4] = 1
        member[9] = 3
        #expect(throws: ArchiveError.self) { try TableObject.read([member]) }
        #expect(try TableObject.read([member], header: .plain).digest.rows == 0)
        member[3] = 8
        #expect(throws: ArchiveError.self) { try TableObject.read([member], header: .plain) }
    }

    @Test func `refuses to inflate more than it may`() throws {
        let member = try ISALCompressor().member([UInt8](repeating: 0, count: 1_000))
        #expect(throws: ArchiveError.self) { try MemberReader.inflate(member, object: "m", limitInBytes: 999) }
    }

    /// zlib's verdict is the reference: what it refuses is refused.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `refuses every damaged member that zlib refuses`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let text = CopyText.text(of: Self.rows(200, seed: seed))
        let member = try CompressionSetting.zlib(level: 6).makeCompressor().member(text)
        for _ in 0..<300 {
            var damaged = member
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 10..<member.count, using: &generator)] = .random(
                    in: .min ... .max, using: &generator)
            }
            let inflated = try? MemberReader.inflate(damaged, object: "m", limitInBytes: text.count * 2)
            guard let inflated else { continue }
            #expect(inflated == Self.inflatedByZlib(damaged, limit: text.count * 2))
        }
    }

    private static func inflatedByZlib(_ member: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var input = member
        var output = [UInt8](repeating: 0, count: limit)
        let code = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return inflate(&stream, Z_FINISH)
            }
        }
        return code == Z_STREAM_END && stream.avail_in == 0 ? Array(output[..<Int(stream.total_out)]) : nil
    }
}
