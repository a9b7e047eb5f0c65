import JobModel
import Operations

/// What a verification found.
enum VerificationRendering {
    static func print(_ report: VerificationReport, json: Bool, quiet: Bool) throws {
        if json { return try JSONLine.print(report) }
        for check in report.checks { printCheck(check, quiet: quiet) }
        if report.outcome == .succeeded, report.format != nil {
            Swift.print("PROVEN as far as a dump without a manifest can be: \(report.url) was restored and counted.")
        } else if report.outcome == .succeeded {
            Swift.print("PROVEN: \(report.url) was restored and compared, row by row.")
        } else {
            Swift.print("NOT PROVEN: \(report.url) failed a check.")
        }
        guard !quiet else { return }
        if report.seconds.restore > 0 { printTimes(of: report) }
        if let scratch = report.scratchDatabase { StandardError.write("The scratch database was kept: \(scratch)") }
        if report.outcome != .succeeded { StandardError.write(nextStep(after: report)) }
    }

    /// What was refused before anything was restored has none.
    private static func printTimes(of report: VerificationReport) {
        let seconds = report.seconds
        // A dump is restored in one go.
        let phases =
            report.format == nil
            ? " (definitions \(Quantities.seconds(seconds.definitions)), data \(Quantities.seconds(seconds.data)), "
                + "indexes \(Quantities.seconds(seconds.indexes)))"
            : ""
        StandardError.write(
            "Recovery took \(Quantities.seconds(seconds.restore))\(phases); "
                + "with the checks \(Quantities.seconds(seconds.total)), on PostgreSQL \(report.serverVersion).")
    }

    static func print(_ preview: VerifyPreview, json: Bool) throws {
        if json { return try JSONLine.print(preview) }
        Swift.print("Would prove \(preview.url) (\(preview.which))")
        Swift.print(
            "of \(preview.database): \(Quantities.count(preview.tables)) tables, \(Quantities.count(preview.rows)) rows, "
                + Quantities.bytes(preview.bytesRaw))
        Swift.print("in \(preview.server), with \(preview.jobs) sessions.")
        for check in preview.checks { Swift.print("Check \"\(check.name)\": expects \(check.expected)") }
        if preview.amcheck { Swift.print("amcheck: all tables and indexes are read by pg_amcheck") }
        if let budget = preview.timeBudgetSeconds {
            Swift.print("Time budget: the restore itself may take \(DurationText.text(.seconds(budget)))")
        }
        Swift.print("Last verified: \(preview.verifiedAt?.text ?? "never")")
    }

    /// A backup that is as it was dumped needs no other one in its place, but a look at what was asked of it.
    private static func nextStep(after report: VerificationReport) -> String {
        let failed = report.checks.filter { $0.verdict == .failed }.map(\.name)
        let what = report.format == nil ? "backup" : "dump"
        let ownChecks = failed.filter { !ContentCheck.takenNames.contains($0) }
        if failed == ["time budget"] {
            let remedy =
                report.format == nil ? "Restore with more --jobs, on a faster machine" : "Restore on a faster machine"
            return "The \(what) itself is good. \(remedy), or allow more time."
        }
        if failed.allSatisfy({ ownChecks.contains($0) || $0 == "time budget" }) {
            return "The \(what) holds what was dumped: look at the source, and at the check that failed."
        }
        return "Keep an older backup, make a new one (dbops backup now), and look for the cause. "
            + "See \(Runbook.verificationFailed.path)."
    }

    private static func printCheck(_ check: VerificationCheck, quiet: Bool) {
        let isFailed = check.verdict == .failed
        guard isFailed || !quiet else { return }
        let name = check.name + String(repeating: " ", count: max(1, 26 - check.name.count))
        switch check.verdict {
        case .passed: Swift.print("passed   \(name)\(check.found)")
        case .failed: Swift.print("FAILED   \(name)expected \(check.expected), found \(check.found)")
        case .skipped: Swift.print("skipped  \(name)\(check.details.joined(separator: " "))")
        }
        guard check.verdict != .skipped else { return }
        for detail in check.details { Swift.print("           \(detail)") }
    }
}
