import JobModel
import Operations

/// What a verification found.
enum VerificationRendering {
    static func print(_ report: VerificationReport, json: Bool, quiet: Bool) throws {
        if json { return try JSONLine.print(report) }
        for check in report.checks { printCheck(check, quiet: quiet) }
        let seconds = report.seconds
        if report.outcome == .succeeded {
            Swift.print("PROVEN: \(report.url) was restored and compared, row by row.")
        } else {
            Swift.print("NOT PROVEN: \(report.url) failed a check.")
        }
        guard !quiet else { return }
        let recovery = seconds.definitions + seconds.data + seconds.indexes
        StandardError.write(
            "Recovery took \(Quantities.seconds(recovery)) (definitions \(Quantities.seconds(seconds.definitions)), "
                + "data \(Quantities.seconds(seconds.data)), indexes \(Quantities.seconds(seconds.indexes))); "
                + "with the checks \(Quantities.seconds(seconds.total)), on PostgreSQL \(report.serverVersion).")
        if let scratch = report.scratchDatabase { StandardError.write("The scratch database was kept: \(scratch)") }
        if report.outcome != .succeeded {
            StandardError.write("Keep an older backup, make a new one (dbops backup now), and look for the cause.")
        }
    }

    static func print(_ preview: VerifyPreview, json: Bool) throws {
        if json { return try JSONLine.print(preview) }
        Swift.print("Would prove \(preview.url) (\(preview.which))")
        Swift.print(
            "of \(preview.database): \(Quantities.count(preview.tables)) tables, \(Quantities.count(preview.rows)) rows, "
                + Quantities.bytes(preview.bytesRaw))
        Swift.print("in \(preview.server), with \(preview.jobs) sessions.")
        Swift.print("Last verified: \(preview.verifiedAt?.text ?? "never")")
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
