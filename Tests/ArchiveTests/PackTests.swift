import Testing

@testable import Archive

@Suite struct PackTests {
    private static let sizes = [0, 1, 511, 512, 513, 2_048, 70_000]

    private static let members = sizes.enumerated().map { number, size in
        PackReader.Member(
            name: "blob_\(number + 1).dat.gz", content: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 + number) })
    }

    private static func pack(_ members: [PackReader.Member] = members) -> [UInt8] {
        var bytes: [UInt8] = []
        for member in members {
            Pack.append(member.content, named: member.name, modifiedAt: 1_795_000_000, to: &bytes)
        }
        return bytes + Pack.end
    }

    private static func read(_ bytes: [UInt8], piece: Int = 1 << 20) throws -> [PackReader.Member] {
        var reader = PackReader(object: "blobs_1.tar")
        var members: [PackReader.Member] = []
        for begin in stride(from: 0, to: bytes.count, by: piece) {
            reader.append(Array(bytes[begin..<min(begin + piece, bytes.count)]))
            while let member = try reader.next() { members.append(member) }
        }
        try reader.finish()
        return members
    }

    @Test func `is unpacked by stock tar, file by file`() throws {
        let folder = try Folder()
        try folder.write(Self.pack(), to: "blobs_1.tar")
        let listed = try Shell.run("cd \(folder.path) && tar -tvf blobs_1.tar 2>&1")
        #expect(listed.split(separator: "\n").count == Self.members.count)
        #expect(listed.split(separator: "\n").allSatisfy { $0.hasPrefix("-rw------- 0/0") && $0.contains(" 2026-") })
        #expect(try Shell.run("cd \(folder.path) && tar -xf blobs_1.tar 2>&1") == "")
        for member in Self.members { #expect(try folder.bytes(member.name) == member.content) }
    }

    @Test func `is a tar archive to Python as well`() throws {
        let script = "import sys, tarfile; print(*(f'{m.name}:{m.size}' for m in tarfile.open(sys.argv[1])))"
        let folder = try Folder()
        try folder.write(Self.pack(), to: "pack")
        let names = try Shell.run("python3 -c \"\(script)\" \(folder.path)/pack")
        #expect(names == Self.members.map { "\($0.name):\($0.content.count)" }.joined(separator: " ") + "\n")
    }

    @Test(arguments: [1, 7, 511, 512, 513, 100_000])
    func `reads what was packed, in pieces of any size`(piece: Int) throws {
        #expect(try Self.read(Self.pack(), piece: piece) == Self.members)
    }

    @Test func `reads a pack of nothing`() throws {
        #expect(try Self.read(Pack.end) == [])
    }

    @Test func `finds a cut at every place`() {
        let bytes = Self.pack(Array(Self.members.prefix(4)))
        for length in 0..<bytes.count {
            #expect(throws: ArchiveError.self) { try Self.read(Array(bytes[..<length])) }
        }
    }

    /// The content itself is the gzip members' business.
    @Test func `finds every byte that changed beside the content`() {
        let bytes = Self.pack([Self.members[2]])
        let content = 512..<(512 + 511)
        for index in bytes.indices where !content.contains(index) {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(throws: ArchiveError.self, "byte \(index)") { try Self.read(damaged) }
        }
    }

    @Test func `finds what stands behind the end, and an end in the middle`() {
        let bytes = Self.pack()
        for end in [bytes + [0], bytes + [UInt8](repeating: 0, count: 512), bytes + bytes] {
            #expect(throws: ArchiveError.self) { try Self.read(end) }
        }
        let halfEnded = [UInt8](repeating: 0, count: 512) + bytes
        #expect(throws: ArchiveError.damaged(object: "blobs_1.tar", reason: "no member begins at byte 512")) {
            try Self.read(halfEnded)
        }
    }

    @Test func `takes no other tar's headers, and no member without bounds`() throws {
        let foreign = try Shell.bytes("cd / && tar -cf - etc/hostname")
        #expect(throws: ArchiveError.self) { try Self.read(foreign) }
        let huge = PackHeader(name: "blob_1.dat.gz", sizeInBytes: 1 << 30, modifiedAt: 0).bytes
        #expect(throws: ArchiveError.self) { try Self.read(huge) }
    }
}
