package import JobModel
package import Postgres

/// What the server says of a table that is to be cleaned: all that the planner decides by.
package struct CleanFacts: Sendable, Equatable {
    /// A table that holds rows itself: the table, or a partition without partitions.
    package struct Leaf: Sendable, Equatable {
        package var oid: UInt32
        package var name: SQLIdentifier
        package var sizeInBytes: Int64
        /// Nil where it was never analyzed.
        package var rows: Int64?
        package var indexes: [Index] = []
        /// The partition's rows are all older than the cutoff, by its bounds. Never where it is not a direct partition
        /// by the age column alone.
        package var isWhollyOld = false
        /// An earlier DETACH CONCURRENTLY was broken off.
        package var isDetachPending = false

        package init(oid: UInt32, name: SQLIdentifier, sizeInBytes: Int64, rows: Int64?) {
            (self.oid, self.name, self.sizeInBytes, self.rows) = (oid, name, sizeInBytes, rows)
        }
    }

    /// An index whose first key is the age column.
    package struct Index: Sendable, Equatable {
        /// One key of a btree that rows can be walked along: not null, in the type's own order.
        package struct Key: Sendable, Equatable {
            package var column: ServerText
            /// As SQL writes it.
            package var type: ServerText

            package init(column: ServerText, type: ServerText) {
                (self.column, self.type) = (column, type)
            }
        }

        package var name: ServerText
        /// Else it is a BRIN.
        package var isBTree: Bool
        /// A partial index serves only where the planner can prove that the condition implies its own.
        package var isPartial: Bool
        /// The age column, and as many of those after it as rows can be walked along.
        package var keys: [Key]
        /// Where nulls of the age column stand in ascending order.
        package var hasNullsFirst: Bool

        package init(name: ServerText, isBTree: Bool, isPartial: Bool, keys: [Key], hasNullsFirst: Bool = false) {
            (self.name, self.isBTree, self.isPartial) = (name, isBTree, isPartial)
            (self.keys, self.hasNullsFirst) = (keys, hasNullsFirst)
        }
    }

    /// A foreign key that refers to the table, or to one whose rows go with it.
    package struct Reference: Sendable, Equatable {
        /// Source: PostgreSQL manual, 53.13 "pg_constraint", `confdeltype`.
        package enum Action: String, Sendable {
            case noAction = "a"
            case restrict = "r"
            case cascade = "c"
            case setNull = "n"
            case setDefault = "d"
        }

        /// The child's.
        package var oid: UInt32 = 0
        /// The table that is referred to.
        package var referenced: UInt32 = 0
        /// Of the child, by its statistics; nil where it was never analyzed.
        package var rows: Int64?
        package var child: SQLIdentifier
        package var constraint: ServerText
        package var columns: [ServerText]
        package var action: Action
        package var sizeInBytes: Int64
        package var hasIndex: Bool
        /// 1 for those that refer to the table itself.
        package var depth: Int
        /// How many rows of the child belong to a row that goes, on average over a sample; nil where it is not known.
        package var rowsPerRow: Double?
        /// How many rows of the child belong to one row at most, by the child's statistics; nil where they do not tell.
        package var mostRowsPerRow: Double?
        /// The child is the table itself: with a cascade, rows of it go whatever their age.
        package var isOwn = false

        package init(
            child: SQLIdentifier, constraint: ServerText, columns: [ServerText], action: Action, sizeInBytes: Int64,
            hasIndex: Bool, depth: Int
        ) {
            (self.child, self.constraint, self.columns, self.action) = (child, constraint, columns, action)
            (self.sizeInBytes, self.hasIndex, self.depth) = (sizeInBytes, hasIndex, depth)
        }
    }

    /// The type whose values are instants, whatever zone they were written in.
    static let zonedType: ServerText = "timestamp with time zone"

    package var oid: UInt32
    package var name: SQLIdentifier
    /// The column as SQL writes it, quoted.
    package var column: ServerText
    /// `timestamp with time zone`, …
    package var columnType: ServerText
    /// In the column's type, computed once on the server.
    package var cutoff: ServerText
    package var blockSizeInBytes: Int
    package var isPartitioned: Bool
    /// Whether the role may detach and drop partitions.
    package var isOwner: Bool
    package var hasDefaultPartition: Bool
    package var leaves: [Leaf]
    package var references: [Reference] = []
    /// Those that a DELETE fires, also in tables whose rows go along or are changed.
    package var triggers: [String] = []
    /// Rows that would go; nil where counting took too long.
    package var matchingRows: Int64?
    /// Rows that do not go, counted no further than it takes to know that the fraction is kept; nil where that took too
    /// long, and where nobody asked.
    package var stayingRows: Int64?
    /// Rows of the table, counted or estimated, for people to read; nil where neither could be done.
    package var rows: Int64?

    /// Tables whose foreign keys do one of these.
    func children(_ actions: Set<Reference.Action>) -> [UInt32] {
        Set(references.filter { actions.contains($0.action) }.map(\.oid)).sorted()
    }
}
