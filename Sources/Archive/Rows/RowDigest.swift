/// What a table's rows come to: their number, their size, and the sum of their hashes.
///
/// Two tables with the same rows have the same digest, in whatever order the rows stand and however they were split.
/// Each row is its line of COPY text (TEXT format) without the newline, its hash XXH3's 128 bits.
package struct RowDigest: Hashable, Sendable, Codable {
    package var rows: Int
    /// The size of the COPY text, with one newline per row and without the terminator.
    package var bytes: Int
    package var sum: HashSum

    package init(rows: Int = 0, bytes: Int = 0, sum: HashSum = .zero) {
        self.rows = rows
        self.bytes = bytes
        self.sum = sum
    }

    /// The digest of both parts together.
    package static func += (left: inout RowDigest, right: RowDigest) {
        left.rows += right.rows
        left.bytes += right.bytes
        left.sum += right.sum
    }
}
