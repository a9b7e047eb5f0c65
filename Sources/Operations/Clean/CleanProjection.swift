/// What a clean-up will cost, as far as it can be told beforehand.
package struct CleanProjection: Sendable, Equatable {
    /// Batches of the first size: later ones are mostly larger.
    package var batches: Int64
    /// As long as these take, with the rests between them.
    package var seconds: Double
    /// About so much WAL, without that of the VACUUM afterwards.
    package var walBytes: Int64

    /// To lock a row, and to delete it: two records of the heap, which delete nothing of any index.
    private static let walBytesPerRow = 120.0

    init(_ facts: CleanFacts, legs: [CleanPlan.Leg], matching: Int64, batchRows: Int, duty: Double) {
        let dropped = legs.filter { $0.walk == .drop }.reduce(0) { $0 + ($1.leaf.rows ?? 0) }
        let rows = max(matching - dropped, 0)
        batches = (rows + Int64(batchRows) - 1) / Int64(batchRows)
        let tuning = CleanTuning()
        let batchSeconds = Double(tuning.batchTime.wholeMilliseconds) / 1_000
        seconds = Double(batches) * batchSeconds / duty
        let kept = legs.filter { $0.walk != .drop }.reduce(0) { $0 + $1.leaf.sizeInBytes }
        let children = facts.references.filter(\.action.changesRows).map { reference in
            Self.wal(Double(rows) * (reference.rowsPerRow ?? 0), in: reference.sizeInBytes, facts.blockSizeInBytes)
        }
        walBytes = Int64(Self.wal(Double(rows), in: kept, facts.blockSizeInBytes) + children.reduce(0, +))
    }

    /// The first change of a block after a checkpoint writes the block as a whole.
    private static func wal(_ rows: Double, in sizeInBytes: Int64, _ blockSize: Int) -> Double {
        rows * walBytesPerRow + min(rows * Double(blockSize), Double(sizeInBytes))
    }
}
