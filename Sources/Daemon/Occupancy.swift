import JobModel

/// What runs, counted so that asking whether one more may start costs the same however many run.
struct Occupancy {
    private(set) var count = 0
    private var byJob: [String: Int] = [:]
    private var byServer: [String: Int] = [:]
    /// Names of jobs by their kind.
    private var jobsByKind: [String: Set<String>] = [:]
    /// Those that keep others away.
    private var exclusive: [ScheduledJob] = []

    init(_ running: some Sequence<ScheduledJob> = []) {
        for entry in running { add(entry) }
    }

    mutating func add(_ entry: ScheduledJob) {
        count += 1
        byJob[entry.job.name, default: 0] += 1
        jobsByKind[entry.job.kind.name, default: []].insert(entry.job.name)
        if let server = entry.server { byServer[server, default: 0] += 1 }
        if !entry.job.conflicts.isEmpty { exclusive.append(entry) }
    }

    func count(of job: String) -> Int { byJob[job] ?? 0 }
    func count(onServer server: String) -> Int { byServer[server] ?? 0 }

    /// Whether something runs that must not run beside `entry`.
    func conflicts(with entry: ScheduledJob) -> Bool {
        let isKeptAway = entry.job.conflicts.contains { conflict in
            switch conflict {
            case .job(let name): count(of: name) > 0
            // A job's own runs are a matter of overlap.
            case .kind(let kind): jobsByKind[kind]?.contains { $0 != entry.job.name } == true
            }
        }
        return isKeptAway || exclusive.contains { $0.job.excludes(entry.job) }
    }
}
