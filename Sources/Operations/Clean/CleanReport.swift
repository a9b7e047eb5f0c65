package import JobModel

/// What a clean-up did, and what proves it. With these names in snake case it is what the history keeps.
package struct CleanReport: Sendable, Encodable {
    package struct DroppedPartition: Sendable, Equatable, Codable {
        package let partition: String
        package let rows: Int64
    }

    package let table: String
    /// Rows older than this were to go; in the column's type, without a zone in that of the job, or in UTC.
    package let cutoff: String
    package let condition: String?
    /// Whether it went on where an earlier run had ended.
    package let resumed: Bool
    /// Rows to go when it began, the earlier runs included; nil where they could not be counted in time.
    package let matchingRows: Int64?
    /// In this run.
    package let deletedRows: Int64
    /// By the earlier runs from which this one went on.
    package let deletedEarlier: Int64
    /// Counted at the end; nil where that could not be done.
    package var remainingOlderThanCutoff: Int64?
    package let batches: Int
    /// Batches that the server broke off, and that were tried again with half as many rows.
    package let retriedBatches: Int
    package let droppedPartitions: [DroppedPartition]
    package let pauses: [ThrottlePause]
    package var vacuumed = false
    package var analyzed = false
    package let notes: [String]
    package var warnings: [String] = []
    package var seconds = 0.0
    package var outcome: RunOutcome
    /// Why it ended before it was done.
    package var message: String?
    /// What kind of failure that was.
    package var category: FailureCategory?

    /// Old rows that came after the beginning: what was deleted and what is left are more than there were.
    package var arrivedMeanwhile: Int64? { difference.map { max(-$0, 0) } }
    /// Rows that others deleted or changed, or that a killed run deleted last.
    package var goneOtherwise: Int64? { difference.map { max($0, 0) } }

    private var difference: Int64? {
        guard let matchingRows, let remainingOlderThanCutoff else { return nil }
        return matchingRows - deletedRows - deletedEarlier - remainingOlderThanCutoff
    }

    private enum CodingKeys: String, CodingKey {
        case table, cutoff, condition, resumed, matchingRows, deletedRows, deletedEarlier, remainingOlderThanCutoff
        case arrivedMeanwhile, goneOtherwise, batches, retriedBatches, droppedPartitions, pauses, vacuumed, analyzed
        case notes, warnings, seconds, outcome, message
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(table, forKey: .table)
        try container.encode(cutoff, forKey: .cutoff)
        try container.encode(condition, forKey: .condition)
        try container.encode(resumed, forKey: .resumed)
        try container.encode(matchingRows, forKey: .matchingRows)
        try container.encode(deletedRows, forKey: .deletedRows)
        try container.encode(deletedEarlier, forKey: .deletedEarlier)
        try container.encode(remainingOlderThanCutoff, forKey: .remainingOlderThanCutoff)
        try container.encode(arrivedMeanwhile, forKey: .arrivedMeanwhile)
        try container.encode(goneOtherwise, forKey: .goneOtherwise)
        try container.encode(batches, forKey: .batches)
        try container.encode(retriedBatches, forKey: .retriedBatches)
        try container.encode(droppedPartitions, forKey: .droppedPartitions)
        try container.encode(pauses, forKey: .pauses)
        try container.encode(vacuumed, forKey: .vacuumed)
        try container.encode(analyzed, forKey: .analyzed)
        try container.encode(notes, forKey: .notes)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(message, forKey: .message)
    }
}

extension CleanReport {
    /// As the history keeps it.
    package func text() throws -> String { try json() }
}
