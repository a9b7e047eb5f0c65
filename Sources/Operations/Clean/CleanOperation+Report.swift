import JobModel
import Postgres

extension CleanOperation {
    func report(_ prepared: Prepared, _ run: CleanRun, earlier: Int64, left: Int64?) -> CleanReport {
        CleanReport(
            table: prepared.plan.table.description, cutoff: prepared.plan.rows.cutoff.text, condition: job.condition,
            resumed: prepared.isResumed, matchingRows: prepared.state.matchingRows, deletedRows: run.deleted,
            deletedEarlier: earlier, remainingOlderThanCutoff: left, batches: run.batches, retriedBatches: run.retried,
            droppedPartitions: run.dropped, pauses: run.gate.pauses, notes: prepared.plan.notes, outcome: .succeeded)
    }

    func conclude(_ report: inout CleanReport, _ ending: Ending, holders: [String]) {
        switch ending {
        case .done:
            guard let left = report.remainingOlderThanCutoff else {
                report.warnings.append("the rows that are left could not be counted in time")
                return
            }
            guard left > 0 else { return }
            let rows = left == 1 ? "1 old row is" : "\(Quantities.count(Int(left))) old rows are"
            (report.outcome, report.category) = (.partial, .partial)
            report.message =
                "\(rows) left in \(report.table): others had them locked, or a trigger kept them"
                + holders.map { "; \($0)" }.joined()
        case .heldBack(let reason):
            report.outcome = report.deletedRows > 0 ? .partial : .failed
            report.category = report.deletedRows > 0 ? .partial : .tryLater
            report.message = "\(report.table) was not cleaned to the end: \(reason)"
        case .failed(let error):
            (report.outcome, report.category) = (.failed, error.category)
            report.message = error.complaint
        }
    }
}

extension UserFacingError {
    /// With what to do about it.
    var complaint: String { message + (hint.map { ". \($0)" } ?? "") }
}
