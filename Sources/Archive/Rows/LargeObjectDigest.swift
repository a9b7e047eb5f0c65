/// What a database's large objects come to: their number, their size, and the sum of their hashes.
///
/// An object's hash is XXH3's 128 bits of its bytes, seeded with its oid, so that swapped contents are noticed.
package struct LargeObjectDigest: Hashable, Sendable, Codable {
    package var count: Int
    package var bytes: Int
    package var sum: HashSum

    package init(count: Int = 0, bytes: Int = 0, sum: HashSum = .zero) {
        self.count = count
        self.bytes = bytes
        self.sum = sum
    }

    /// The digest of both parts together.
    package static func += (left: inout LargeObjectDigest, right: LargeObjectDigest) {
        left.count += right.count
        left.bytes += right.bytes
        left.sum += right.sum
    }
}
