import Archive
import JobModel
import Operations

/// How a copy ended, and what one would do.
enum CopyRendering {
    private struct ReportObject: Encodable {
        let backup: String
        let job: String
        let from: String
        let url: String
        let outcome = RunOutcome.succeeded
        let objectsCopied: Int
        let objectsFound: Int
        let bytesCopied: Int
        let evidenceCopied: Int
        let seconds: Double
        let warnings: [String]

        init(_ report: CopyReport) {
            backup = report.name.id.description
            job = report.name.job
            from = report.source
            url = report.url
            objectsCopied = report.objectsCopied
            objectsFound = report.objectsFound
            bytesCopied = report.bytesCopied
            evidenceCopied = report.evidenceCopied
            seconds = report.seconds
            warnings = report.warnings
        }
    }

    static func print(_ report: CopyReport, json: Bool, quiet: Bool) throws {
        if json { return try JSONLine.print(ReportObject(report)) }
        Swift.print(report.url)
        guard !quiet else { return }
        var facts = "\(Quantities.count(report.objectsCopied)) objects, \(Quantities.bytes(report.bytesCopied))"
        if report.objectsFound > 0 { facts += "; \(Quantities.count(report.objectsFound)) were there already" }
        if report.evidenceCopied > 0 { facts += "; \(report.evidenceCopied) records of verifications" }
        StandardError.write("Copied \(report.source): \(facts), in \(Quantities.seconds(report.seconds)).")
        StandardError.write("Every byte is the manifest's. Next: dbops restore --verify \(report.url)")
    }

    private struct StepObject: Encodable {
        let object: String
        let action: CopyPlan.Step.Action
        let bytes: Int
    }

    static func print(_ plan: CopyPlan, to store: StoreLocation, json: Bool) throws {
        if json {
            for step in plan.steps {
                try JSONLine.print(
                    StepObject(object: step.object.name, action: step.action, bytes: step.object.size))
            }
            return
        }
        Swift.print("Would copy \(Quantities.bytes(plan.bytesToCopy)) to \(store.url)/\(plan.name.folder):")
        for step in plan.steps {
            let note = step.action == .check ? "  (there already; would be checked)" : ""
            Swift.print("  \(step.object.name)  \(Quantities.bytes(step.object.size))\(note)")
        }
        Swift.print(plan.hasManifest ? "The manifest is there." : "  manifest.json, last")
    }
}
