import JobModel

/// How far a clean-up has come, kept after each batch, so that a later run goes on where a killed one ended: with the
/// same cutoff.
///
/// A batch whose commit was the last thing that a killed run did is not counted here; its rows are gone all the same.
struct CleanState: Sendable, Equatable, Codable {
    /// What is cleaned, where, and by which rule; another definition is another clean-up.
    var definition: String
    var cutoff: ServerText
    /// Rows to go when it began; nil where they could not be counted.
    var matchingRows: Int64?
    var deletedRows: Int64 = 0
    var batches = 0
    var droppedPartitions: [CleanReport.DroppedPartition] = []
    /// A partition that is being detached by us, and is to be dropped.
    var detaching: Detaching?
    var isFinished = false
    /// The leaves that are done with, by oid.
    var doneLeaves: [UInt32] = []
    /// Where the walk stands; nil at the beginning of a leaf.
    var position: Position?

    struct Detaching: Sendable, Equatable, Codable {
        var oid: UInt32
        var schema: ServerText
        var name: ServerText
    }

    struct Position: Sendable, Equatable, Codable {
        var leaf: UInt32
        /// The keys of the last row of an index walk.
        var keys: [ServerText]?
        /// The columns and types that the keys are of: of others they say nothing.
        var columns: [ServerText]?
        /// The next block of a block walk.
        var block: Int64?
    }

    init(definition: String, cutoff: ServerText, matchingRows: Int64?) {
        self.definition = definition
        self.cutoff = cutoff
        self.matchingRows = matchingRows
    }

    /// The position in a leaf, where the walk stands in this one.
    func position(in leaf: UInt32) -> Position? {
        position?.leaf == leaf ? position : nil
    }
}
