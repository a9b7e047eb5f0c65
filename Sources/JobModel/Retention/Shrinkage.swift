/// A backup that holds suspiciously less than those before it: a table emptied by mistake, a filter gone wrong, the
/// wrong database.
package struct Shrinkage: Sendable, Hashable {
    package enum Measure: String, Sendable {
        case rows
        case bytes
    }

    package let measure: Measure
    /// The median before.
    package let usual: Int
    package let found: Int

    /// Nil where `size` has not fallen below `usual` by more than the fraction `limit`. Of rows and bytes the one
    /// that fell further is told.
    package init?(of size: BackupSize, against usual: BackupSize, limit: Double) {
        let rows = Self.fall(from: usual.rows, to: size.rows)
        let bytes = Self.fall(from: usual.bytesRaw, to: size.bytesRaw)
        guard max(rows, bytes) > limit else { return nil }
        measure = rows >= bytes ? .rows : .bytes
        self.usual = rows >= bytes ? usual.rows : usual.bytesRaw
        found = rows >= bytes ? size.rows : size.bytesRaw
    }

    /// `rows fell by 72 %`; rounded down, so that 100 % means that nothing is left.
    package var text: String {
        "\(measure.rawValue) fell by \((usual - found) * 100 / max(usual, 1)) %"
    }

    /// As a fraction of `usual`; below zero for a rise, and zero where there was nothing.
    private static func fall(from usual: Int, to found: Int) -> Double {
        usual > 0 ? 1 - Double(found) / Double(usual) : 0
    }
}
