import JobModel
import Postgres

/// A plan for machines: what the history keeps of it, and what `--dry-run --json` prints.
package struct CleanPlanReport: Sendable, Encodable {
    package struct Leg: Sendable, Encodable {
        package let table: String
        /// `index`, `blocks`, `drop`
        package let walk: String
        package let index: String?
        package let bytes: Int64
    }

    package let table: String
    package let column: String
    package let cutoff: String
    package let condition: String?
    package let matchingRows: Int64?
    package let tableRows: Int64?
    package let firstBatchRows: Int
    package let projectedBatches: Int64?
    package let projectedSeconds: Double?
    package let projectedWalBytes: Int64?
    package let legs: [Leg]
    package let statements: [String]
    package let refusals: [CleanRefusal]
    package let notes: [String]

    package init(_ plan: CleanPlan) {
        table = plan.table.description
        column = plan.rows.column.text
        cutoff = plan.rows.cutoff.text
        condition = plan.rows.condition?.text
        matchingRows = plan.matchingRows
        tableRows = plan.tableRows
        firstBatchRows = plan.firstBatchRows
        projectedBatches = plan.projection?.batches
        projectedSeconds = plan.projection?.seconds
        projectedWalBytes = plan.projection?.walBytes
        legs = plan.legs.map(Self.leg)
        statements = plan.statements.map(\.text)
        refusals = plan.refusals
        notes = plan.notes
    }

    private static func leg(_ leg: CleanPlan.Leg) -> Leg {
        let (walk, index): (String, String?) =
            switch leg.walk {
            case .index(let index): ("index", index.name.text)
            case .blocks(let brin): ("blocks", brin?.text)
            case .drop: ("drop", nil)
            }
        return Leg(table: leg.leaf.name.description, walk: walk, index: index, bytes: leg.leaf.sizeInBytes)
    }
}
