import Testing

@testable import Archive

@Suite struct TableOfContentsDamageTests {
    @Test(arguments: [1, 3] as [UInt8], 13...16)
    func `notices a cut at every length`(format: UInt8, minorVersion: Int) {
        let bytes = ArchiveBuilder.example(minorVersion: minorVersion, format: format).bytes
        for length in 0..<bytes.count {
            #expect(throws: ArchiveError.self, "cut to \(length) bytes") {
                try TableOfContents(parsing: Array(bytes[..<length]))
            }
        }
    }

    /// A flip within a text cannot be noticed here: the manifest's SHA-256 covers it.
    @Test(arguments: [1, 3] as [UInt8])
    func `survives every flipped byte`(format: UInt8) {
        let bytes = ArchiveBuilder.example(minorVersion: 16, format: format).bytes
        for index in bytes.indices {
            for mask in [0x01, 0x80, 0xff] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= mask
                _ = try? TableOfContents(parsing: damaged).directoryForm()
            }
        }
    }

    @Test func `survives random damage`() {
        var generator = SeededGenerator(seed: 1)
        let bytes = ArchiveBuilder.example(minorVersion: 15).bytes
        for _ in 0..<2_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = .random(
                    in: .min ... .max, using: &generator)
            }
            for entry in (try? TableOfContents(parsing: damaged).entries) ?? [] {
                _ = try? entry.copyStatement
                _ = entry.partitionRoot
            }
        }
    }

    @Test func `refuses a text that claims gigabytes`() throws {
        var bytes = ArchiveBuilder.example(minorVersion: 14).bytes
        let database = try #require(bytes.firstRange(of: ArchiveBuilder.text("shop")))
        bytes.replaceSubrange(database, with: ArchiveBuilder.number(Int(Int32.max)))
        var reader = TableOfContentsReader()
        #expect(throws: ArchiveError.self) { try reader.append(bytes) }
    }

    @Test func `waits without memory for entries that a damaged count claims`() throws {
        let entry = ArchiveBuilder.number(5)
        var bytes = ArchiveBuilder(entries: []).bytes
        bytes.replaceSubrange((bytes.count - 5)..., with: ArchiveBuilder.number(Int(Int32.max)))
        var reader = TableOfContentsReader()
        try reader.append(bytes + entry)
        #expect(!reader.isComplete)
        #expect(throws: ArchiveError.self) { try reader.finish() }
    }
}
