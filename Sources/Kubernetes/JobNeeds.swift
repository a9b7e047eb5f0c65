import JobModel

/// What a pod that runs these jobs has to do with: it gets the secrets of nothing else.
struct JobNeeds {
    /// Tables of the job file, or keys in them: `["databases", "shop"]`.
    let tables: Set<[String]>
    /// Names of stores.
    let stores: [String]
    /// Whether a throw-away cluster may be made.
    let makesClusters: Bool

    init(of jobs: [Job], in configuration: Configuration) {
        // A run needs the history; the daemon's own token is nothing to it.
        var tables: Set<[String]> = Set(
            ["state", "state_password_file", "state_password_env"].map { ["daemon", $0] })
        var stores: [String] = []
        var makesClusters = false
        for job in jobs {
            let touched = Self.touched(by: job, configuration)
            tables.insert(["jobs", job.name])
            tables.formUnion(touched.databases.map { ["databases", $0] })
            tables.formUnion(touched.stores.map { ["stores", $0] })
            tables.formUnion(job.notify.map { ["notifiers", $0] })
            stores += touched.stores.filter { !stores.contains($0) }
            if case .verify = job.kind { makesClusters = true }
        }
        self.tables = tables
        self.stores = stores
        self.makesClusters = makesClusters
    }

    private static func touched(by job: Job, _ configuration: Configuration) -> (databases: [String], stores: [String])
    {
        switch job.kind {
        case .backup(let backup): ([backup.database], backup.stores)
        case .verify(let verify): touched(by: verify, configuration)
        case .prune(let prune): ([], stores(of: prune, configuration))
        case .maintain, .clean, .advise, .sql: (job.kind.database.map { [$0] } ?? [], [])
        }
    }

    private static func touched(
        by verify: VerifyJob, _ configuration: Configuration
    ) -> (databases: [String], stores: [String]) {
        guard case .backup(let backup)? = configuration.job(named: verify.of)?.kind else { return ([], []) }
        // Proofs may be made on the server that the database names for it.
        return ([backup.database], backup.stores)
    }

    private static func stores(of prune: PruneJob, _ configuration: Configuration) -> [String] {
        configuration.jobs.flatMap { job -> [String] in
            guard case .backup(let backup) = job.kind, prune.of.isEmpty || prune.of.contains(job.name) else {
                return []
            }
            return backup.stores
        }
    }
}
