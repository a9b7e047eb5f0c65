import JobModel

/// Some of the blocks of a heap table, so that several workers can copy one table at the same time.
///
/// Source: PostgreSQL manual, 5.5 "System Columns" (ctid). Rows that a snapshot sees lie in blocks that existed when it
/// was taken; the last range of a table has no upper bound all the same, and so no row can be left out.
struct BlockRange: Sendable, Hashable {
    /// The first block; nil begins with the table.
    let lower: Int?
    /// The block behind the last; nil ends with the table.
    let upper: Int?

    static let wholeTable = BlockRange(lower: nil, upper: nil)

    /// The whole of a table, in as many ranges of about `targetSizeInBytes` as it takes; one where it is small.
    ///
    /// `sizeInBytes` is that of the table with its TOAST, which has the more bytes per block the longer its rows are.
    static func covering(blocks: Int, sizeInBytes: Int, targetSizeInBytes: Int) -> [BlockRange] {
        let wanted = sizeInBytes / max(1, targetSizeInBytes)
        let count = max(1, min(wanted, blocks))
        let bounds = (1..<count).map { Int((Double(blocks) * Double($0) / Double(count)).rounded()) }
        return zip([nil] + bounds, bounds + [nil]).map { BlockRange(lower: $0, upper: $1) }
    }

    /// `WHERE …`; empty for the whole table.
    var condition: ServerText {
        let bounds = [lower.map { "ctid >= '(\($0),0)'" }, upper.map { "ctid < '(\($0),0)'" }].compactMap(\.self)
        return bounds.isEmpty ? "" : ServerText("WHERE \(bounds.joined(separator: " AND "))")
    }
}
