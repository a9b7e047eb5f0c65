import Archive
import JobModel
import Operations

/// How a restore for real ended.
enum RestoreRendering {
    private struct ReportObject: Encodable {
        let outcome: RunOutcome
        let backup: String
        let url: String
        let target: String
        let tables: Int
        let rows: Int
        let bytesRaw: Int
        let rolesMade: [String]
        let alongside: [String]
        let leftOut: [RestoreReport.LeftOut]
        let checks: [VerificationCheck]?
        let replaced: RestoreReport.Replaced?
        let seconds: RestoreReport.Seconds
        let warnings: [String]
    }

    static func print(_ report: RestoreReport, json: Bool, quiet: Bool) throws {
        let totals = report.manifest.totals
        if json {
            return try JSONLine.print(
                ReportObject(
                    outcome: report.outcome, backup: report.manifest.backup.description, url: report.url,
                    target: report.target, tables: totals.tables, rows: totals.rows, bytesRaw: totals.bytesRaw,
                    rolesMade: report.roles, alongside: report.alongside, leftOut: report.leftOut,
                    checks: report.replaced == nil ? nil : report.checks, replaced: report.replaced,
                    seconds: report.seconds, warnings: report.warnings))
        }
        Swift.print(report.target)
        guard !quiet else { return }
        StandardError.write(
            "Restored \(Quantities.count(totals.tables)) tables and \(Quantities.count(totals.rows)) rows in "
                + "\(Quantities.seconds(report.seconds.total)) (definitions \(Quantities.seconds(report.seconds.definitions)), "
                + "data \(Quantities.seconds(report.seconds.data)), indexes \(Quantities.seconds(report.seconds.indexes)))."
        )
        if !report.roles.isEmpty { StandardError.write("Made the roles \(report.roles.joined(separator: ", ")).") }
        if let replaced = report.replaced { tell(replaced) }
        if report.outcome == .partial {
            StandardError.write(
                "\(report.leftOut.count) things are not there that should be: see the warnings, which hold the statements."
            )
        }
        StandardError.write("Next: run ANALYZE, so that queries are planned well.")
    }

    private static func tell(_ replaced: RestoreReport.Replaced) {
        StandardError.write(
            "It was compared with the backup, row by row, and is in the place of \(replaced.database) now.")
        StandardError.write("The old database is kept as \(replaced.keptAs). When you do not need it any more:")
        StandardError.write("  \(replaced.drop)")
        StandardError.write("To go back (nobody may be connected):")
        for statement in replaced.swapBack { StandardError.write("  \(statement)") }
    }
}
