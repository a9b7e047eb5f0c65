import Foundation
import JobModel
import Operations

/// What a clean-up would do, and what it did.
enum CleanRendering {
    // MARK: - Before

    static func print(_ plan: CleanPlan, json: Bool) throws {
        let report = CleanPlanReport(plan)
        guard !json else { return try JSONLine.print(report) }
        Swift.print(headline(report))
        for leg in report.legs { Swift.print("  \(step(leg))") }
        for note in report.notes { Swift.print("Note: \(note).") }
        for refusal in report.refusals { Swift.print("Refused: \(refusal.message).\n  \(refusal.advice)") }
        for statement in report.statements.prefix(4) { Swift.print("\n\(statement);") }
        let more = report.statements.count - 4
        if more > 0 { Swift.print("\n-- and \(more) like these") }
    }

    private static func headline(_ report: CleanPlanReport) -> String {
        let rows = report.matchingRows.map { Quantities.count(Int($0)) } ?? "an unknown number"
        let all = report.tableRows.map { " of about \(Quantities.count(Int($0)))" } ?? ""
        let cost = projection(report).map { ", \($0)" } ?? ""
        let condition = report.condition.map { " and \($0)" } ?? ""
        return "Would delete \(rows)\(all) rows of \(report.table) where \(report.column) < \(report.cutoff)"
            + "\(condition)\(cost)."
    }

    /// `at most 5,000 batches in 17 min 0 s, about 380 MB of WAL`
    private static func projection(_ report: CleanPlanReport) -> String? {
        guard let batches = report.projectedBatches, let seconds = report.projectedSeconds,
            let bytes = report.projectedWalBytes
        else { return nil }
        let time = Quantities.seconds(seconds)
        return "at most \(Quantities.count(Int(batches))) \(batches == 1 ? "batch" : "batches") in \(time), about "
            + "\(Quantities.bytes(Int(bytes))) of WAL"
    }

    private static func step(_ leg: CleanPlanReport.Leg) -> String {
        let size = Quantities.bytes(Int(leg.bytes))
        return switch (leg.walk, leg.index) {
        case ("drop", _): "\(leg.table) (\(size)): detached and dropped whole"
        case ("index", let index?): "\(leg.table) (\(size)): along the index \(index)"
        case (_, let index?): "\(leg.table) (\(size)): from block to block, as the index \(index) says"
        default: "\(leg.table) (\(size)): from block to block"
        }
    }

    // MARK: - After

    /// A report as it stands in the history.
    private struct Report: Decodable {
        struct Partition: Decodable {
            let partition: String
            let rows: Int
        }

        let table: String
        let cutoff: String
        let deletedRows: Int
        let deletedEarlier: Int
        let remainingOlderThanCutoff: Int?
        let batches: Int
        let droppedPartitions: [Partition]
        let seconds: Double
        let message: String?
    }

    /// `names` are added to the object for machines.
    static func print(report text: String, _ names: [String: String], json: Bool, quiet: Bool) throws {
        guard !json else { return try printObject(text, names) }
        guard !quiet else { return }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: Data(text.utf8))
        let batches = "\(Quantities.count(report.batches)) \(report.batches == 1 ? "batch" : "batches")"
        Swift.print(
            "Deleted \(Quantities.count(report.deletedRows)) rows of \(report.table) older than \(report.cutoff), in "
                + "\(batches), \(Quantities.seconds(report.seconds)). "
                + (report.remainingOlderThanCutoff.map { "Left: \(Quantities.count($0))." }
                    ?? "What is left is not known."))
        for partition in report.droppedPartitions {
            Swift.print("Dropped \(partition.partition) with \(Quantities.count(partition.rows)) rows.")
        }
        if report.deletedEarlier > 0 {
            Swift.print("It went on where an earlier run had deleted \(Quantities.count(report.deletedEarlier)).")
        }
    }

    private static func printObject(_ text: String, _ names: [String: String]) throws {
        var object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        object.merge(names) { $1 }
        let line = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        Swift.print(String(decoding: line, as: UTF8.self))
    }
}
