import JobModel
import Operations

/// What a prune did or would do, backup by backup.
enum PruneRendering {
    private struct DecisionObject: Encodable {
        let backup: String
        let job: String
        let store: String
        let action: RetentionDecision.Action
        let reasons: [String]
    }

    static func print(_ report: PruneReport, isPreview: Bool, withNotes: Bool = true, json: Bool, quiet: Bool) throws {
        for store in report.stores {
            guard let plan = store.plan else { continue }
            for note in withNotes ? plan.notes : [] { StandardError.write("Note: \(note)") }
            if json {
                for decision in store.decisions {
                    try JSONLine.print(
                        DecisionObject(
                            backup: decision.name, job: plan.job, store: plan.store, action: decision.action,
                            reasons: decision.reasons.map(\.text)))
                }
            } else {
                printTable(store)
            }
            if !quiet { StandardError.write(isPreview ? preview(plan) : summary(store)) }
        }
    }

    private static func printTable(_ store: PruneReport.Store) {
        let rows = store.decisions.map {
            [$0.action.rawValue, $0.name, $0.reasons.map(\.text).joined(separator: ", ")]
        }
        // Of a job of several databases there is a table for each.
        if BackupSeries(store.job).database != nil { Swift.print("\(store.job) in \(store.url):") }
        if !rows.isEmpty { TextTable.print(["ACTION", "BACKUP", "REASONS"], rows) }
    }

    private static func preview(_ plan: PrunePlan) -> String {
        guard plan.deletionCount + plan.sweptFolders.count + plan.uploadCount > 0 else {
            return "Nothing would be deleted from \(plan.store)."
        }
        return "Would delete \(counts(plan.deletionCount, plan.sweptFolders.count, plan.uploadCount)) from "
            + "\(plan.store): \(Quantities.bytes(Int(plan.bytesFreed))). Without --dry-run it is done."
    }

    private static func summary(_ store: PruneReport.Store) -> String {
        guard store.deleted.count + store.swept.count + store.uploadsGivenUp > 0 else {
            return "Nothing was deleted from \(store.url)."
        }
        return "Deleted \(counts(store.deleted.count, store.swept.count, store.uploadsGivenUp)) from \(store.url): "
            + "\(Quantities.bytes(Int(store.bytesFreed)))."
    }

    private static func counts(_ backups: Int, _ leftovers: Int, _ uploads: Int) -> String {
        var words = ["\(backups) \(backups == 1 ? "backup" : "backups")"]
        if leftovers > 0 { words.append("\(leftovers) unfinished") }
        if uploads > 0 { words.append("\(uploads) broken-off \(uploads == 1 ? "upload" : "uploads")") }
        return words.joined(separator: ", ")
    }
}
