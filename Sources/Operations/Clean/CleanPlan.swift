package import JobModel
package import Postgres

/// What a clean-up would do, and what it refuses to.
package struct CleanPlan: Sendable, Equatable {
    /// How the old rows of one table, or of one partition, are found.
    package enum Walk: Sendable, Equatable {
        /// Along a btree, each batch going on where the last one ended.
        case index(CleanFacts.Index)
        /// From block to block, of those that a BRIN names, or of all.
        case blocks(brin: ServerText?)
        /// The partition goes as a whole.
        case drop
    }

    package struct Leg: Sendable, Equatable {
        package var leaf: CleanFacts.Leaf
        package var walk: Walk
    }

    package var oid: UInt32
    package var table: SQLIdentifier
    package var rows: CleanRows
    package var legs: [Leg]
    package var refusals: [CleanRefusal]
    /// What people should know: what goes along, what could be done better.
    package var notes: [String]
    /// Nil where counting took too long.
    package var matchingRows: Int64?
    /// Nil where it is not known.
    package var tableRows: Int64?
    /// Rows of the first batch: the fewer, the more rows of other tables go with each.
    package var firstBatchRows: Int
    /// What is still to come; nil where it is not known how many rows go.
    package var projection: CleanProjection?

    /// One for each kind of step, as it is run first; `n` rows at a time.
    package var statements: [ServerText] {
        legs.flatMap {
            CleanStatements(rows: rows, leaf: $0.leaf.name, oid: $0.leaf.oid)
                .firstOf($0.walk, batchRows: firstBatchRows)
        }
    }
}
