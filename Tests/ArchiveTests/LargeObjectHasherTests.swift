import Testing

@testable import Archive

@Suite struct LargeObjectHasherTests {
    private static func digest(_ objects: [(UInt32, [[UInt8]])]) -> LargeObjectDigest {
        let hasher = LargeObjectHasher()
        return objects.reduce(into: LargeObjectDigest()) { digest, object in
            hasher.begin(oid: object.0)
            for piece in object.1 { hasher.update(piece) }
            digest += hasher.end()
        }
    }

    @Test func `does not depend on order or on how the bytes are cut`() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let whole = Self.digest([(10, [bytes]), (11, [[]])])
        let cut = Self.digest([(11, []), (10, [Array(bytes[..<33_333]), Array(bytes[33_333...])])])
        #expect(whole == cut)
        #expect(whole.count == 2 && whole.bytes == 100_000)
    }

    @Test func `notices contents that are swapped`() {
        #expect(Self.digest([(10, [[1]]), (11, [[2]])]) != Self.digest([(10, [[2]]), (11, [[1]])]))
    }

    @Test func `notices an empty object with another oid`() {
        #expect(Self.digest([(10, [])]) != Self.digest([(12, [])]))
    }

    /// `XXH3_128bits_withSeed("hello", 5, 16401)` of a C program.
    @Test func `is XXH3's 128 bits seeded with the oid`() {
        #expect(Self.digest([(16401, [Array("hello".utf8)])]).sum.description == "c15bafea5a353bd9d1fd6b5b4a39b321")
    }
}
