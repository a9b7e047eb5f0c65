import Testing

@testable import Archive

@Suite struct MemberIndexTests {
    private static var example: MemberIndex {
        var index = MemberIndex(objects: ["9.dat.gz": []])
        index.append(length: 100, rows: 5, bytesRaw: 900, to: "3.dat.gz")
        index.append(length: 50, rows: 0, bytesRaw: 5, to: "3.dat.gz")
        index.append(length: 25, rows: 0, bytesRaw: 5, to: "5.dat.gz")
        return index
    }

    @Test func `begins each member where the one before it ends`() {
        #expect(Self.example.objects["3.dat.gz"]?.map(\.offset) == [0, 100])
        #expect(Self.example.objects["5.dat.gz"]?.map(\.offset) == [0])
    }

    @Test func `reads what it writes`() throws {
        let bytes = try Self.example.encode(with: ISALCompressor())
        #expect(try MemberIndex(decoding: bytes) == Self.example)
        #expect(try Shell.run("gunzip", input: bytes).hasPrefix("{\"format_version\":1,"))
    }

    @Test(arguments: [
        "{}", "{\"format_version\":2,\"objects\":{}}",
        "{\"format_version\":1,\"objects\":{\"a\":{\"lengths\":[1],\"rows\":[],\"bytes_raw\":[1]}}}",
        "{\"format_version\":1,\"objects\":{\"a\":{\"lengths\":[-1],\"rows\":[1],\"bytes_raw\":[1]}}}",
        "{\"format_version\":1,\"objects\":{\"a\":{\"lengths\":[9223372036854775807,1],\"rows\":[1,1],\"bytes_raw\":[1,1]}}}",
    ])
    func `refuses an index that cannot be`(json: String) throws {
        let bytes = try ISALCompressor().member(Array(json.utf8))
        #expect(throws: ArchiveError.self) { try MemberIndex(decoding: bytes) }
    }

    @Test func `notices every byte that is flipped`() throws {
        let bytes = try Self.example.encode(with: ISALCompressor())
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xff
            #expect(throws: ArchiveError.self) { try MemberIndex(decoding: damaged) }
        }
    }
}
