import JobModel
import Operations

/// How one run ended.
enum RunRendering {
    static func print(_ run: Run, json: Bool, quiet: Bool) throws {
        if json { return try JSONLine.print(RunObject(run)) }
        Swift.print("\(run.id)  \(run.job)  \(run.outcome?.rawValue ?? "running")")
        if let message = run.message, run.outcome != .succeeded {
            StandardError.write("\(run.job) \(run.outcome?.rawValue ?? ""): \(message)")
        }
        guard !quiet else { return }
        let hasTrouble = run.outcome == .failed || run.outcome == .partial
        let runbook = hasTrouble ? Runbook.ofTrouble(inJobsOfKind: run.kind) : nil
        StandardError.write("Its log: dbops log \(run.id)" + (runbook.map { "\nSee \($0.path)." } ?? ""))
    }
}
