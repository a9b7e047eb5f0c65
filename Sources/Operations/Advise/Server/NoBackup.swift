import JobModel

extension AdviceCheck {
    /// A database that the job file knows and makes no backup of. Without a job file nobody can tell.
    static let noBackup = AdviceCheck(.noBackup, "a database that no job makes backups of") { probe in
        guard let jobs = probe.server.jobs, jobs.backups.isEmpty else { return [] }
        return [NoBackup.finding(probe.server, jobs)]
    }
}

enum NoBackup {
    static func finding(_ server: AdviceServer, _ jobs: AdviceJobs) -> Finding {
        Finding(
            .noBackup, object: "database", severity: .warning, confidence: .certain,
            summary: "no job of the job file makes a backup of it",
            evidence: ["stores": .text(jobs.stores.joined(separator: ", "))],
            remedy: Remedy(
                [], advice: "Put the job below into the job file, and one of kind verify after it.",
                lock: "ACCESS SHARE on every table while it lasts: only what alters tables waits.",
                risk: "Vacuum removes nothing that dies while a backup is made."),
            caveat: "Something else may make its backups: dbops of another host, or copies of the whole server.",
            jobFile: AdviceFragment.backup(server.targetName, store: jobs.stores.first))
    }
}
