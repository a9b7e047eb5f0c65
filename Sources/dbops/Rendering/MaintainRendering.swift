import Foundation
import JobModel
import Operations
import Postgres

/// What maintenance did or would do, statement by statement.
struct MaintainRendering {
    let json: Bool
    let quiet: Bool

    // MARK: - Before

    private struct PreviewObject: Encodable {
        let server: String
        let outcome: RunOutcome?
        let reason: RunReason?
        let tables: Int
        let settings: [ServerText]
        let dumps: [String]
        let xminHolders: [XminHolder]
        let warnings: [String]
    }

    /// SQL to look at and to run by hand, with the reasons as comments.
    func print(_ preview: MaintainPreview) throws {
        let plan = preview.plan
        if json {
            for step in plan.steps { try JSONLine.print(MaintainStepObject(step)) }
            for passedOver in plan.passedOver { try JSONLine.print(MaintainPassedOverObject(passedOver)) }
            return try JSONLine.print(
                PreviewObject(
                    server: preview.server, outcome: preview.isStandby ? .skipped : nil,
                    reason: preview.isStandby ? .standby : preview.dumps.isEmpty ? nil : .conflict,
                    tables: plan.tableCount, settings: plan.settings, dumps: preview.dumps,
                    xminHolders: plan.holders, warnings: plan.warnings))
        }
        warn(plan)
        if preview.isStandby { return StandardError.write("\(preview.server) is a standby: nothing would be done.") }
        for dump in preview.dumps {
            StandardError.write("Warning: a dump is running: \(dump); beside it no run would begin")
        }
        if !plan.steps.isEmpty { plan.settings.forEach { Swift.print("\($0);") } }
        for step in plan.steps {
            let isUrgent = step.action == .emergencyVacuum
            if isUrgent { Swift.print("\(MaintainSettings.withoutPauses);") }
            Swift.print("-- \(step.reasons.joined(separator: "; "))\n\(step.statement);")
            if isUrgent { Swift.print("\(MaintainSettings.pauses);") }
        }
        guard !quiet else { return }
        for passedOver in plan.passedOver {
            StandardError.write("Left alone: \(passedOver.object.plainText): \(passedOver.text)")
        }
        StandardError.write(
            plan.steps.isEmpty
                ? "None of \(Self.tables(plan.tableCount)) of \(preview.server) needs anything."
                : "Would run \(Self.statements(plan.steps.count)) on \(preview.server), of "
                    + "\(Self.tables(plan.tableCount)). Without --dry-run it is done.")
    }

    private func warn(_ plan: MaintainPlan) {
        for warning in plan.warnings { StandardError.write("Warning: \(warning)") }
        for holder in plan.holders {
            StandardError.write("Warning: \(holder.text) keeps dead rows from being removed: \(holder.remedy)")
        }
    }

    // MARK: - Afterwards

    private struct ReportObject: Encodable {
        let server: String
        let outcome: RunOutcome
        let reason: RunReason?
        let message: String?
        let tables: Int
        let done: Int
        let seconds: Double
        let warnings: [String]
    }

    func print(_ report: MaintainReport) throws {
        let done = report.steps.filter { $0.outcome == .done }
        if json {
            for result in report.steps { try JSONLine.print(MaintainStepObject(result.step, result)) }
            for passedOver in report.plan.passedOver { try JSONLine.print(MaintainPassedOverObject(passedOver)) }
            return try JSONLine.print(
                ReportObject(
                    server: report.server, outcome: report.outcome, reason: report.isStandby ? .standby : nil,
                    message: report.message, tables: report.plan.tableCount, done: done.count, seconds: report.seconds,
                    warnings: report.warnings))
        }
        let rows = report.steps.map { result in
            [
                result.outcome.rawValue, result.step.action.rawValue, result.step.object?.plainText ?? "-",
                Quantities.seconds(result.seconds), Self.detail(result),
            ]
        }
        if !rows.isEmpty { TextTable.print(["OUTCOME", "ACTION", "OBJECT", "TIME", "WHY"], rows) }
        guard !quiet else { return }
        for passedOver in report.plan.passedOver {
            StandardError.write("Left alone: \(passedOver.object.plainText): \(passedOver.text)")
        }
        StandardError.write(summary(report, done: done.count))
    }

    private func summary(_ report: MaintainReport, done: Int) -> String {
        if report.isStandby { return "\(report.server) is a standby: nothing was done." }
        if report.steps.isEmpty {
            return "None of \(Self.tables(report.plan.tableCount)) of \(report.server) needs anything."
        }
        return "Ran \(done) of \(Self.statements(report.steps.count)) on \(report.server), of "
            + "\(Self.tables(report.plan.tableCount)), in \(Quantities.seconds(report.seconds))."
    }

    private static func detail(_ result: MaintainStepResult) -> String {
        if let message = result.message { return message }
        var parts = [result.step.reasons.joined(separator: "; ")]
        if let left = result.deadRowsLeft, left > 0 { parts.append("\(Quantities.count(left)) dead rows left") }
        if let after = result.bytesAfter {
            parts.append("\(Quantities.bytes(result.step.sizeInBytes)) became \(Quantities.bytes(after))")
        }
        return parts.joined(separator: "; ")
    }

    private static func tables(_ count: Int) -> String {
        "\(Quantities.count(count)) \(count == 1 ? "table" : "tables")"
    }

    private static func statements(_ count: Int) -> String {
        "\(Quantities.count(count)) \(count == 1 ? "statement" : "statements")"
    }

    // MARK: - By a job

    /// A run by the job file: its outcome, and its report as the history keeps it.
    func print(_ run: Run, report: String?) throws {
        if json, let report { Swift.print(report) }
        try RunRendering.print(run, json: json, quiet: quiet)
    }
}
