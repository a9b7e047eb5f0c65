import JobModel

/// The names of all tables in a job file, also of those that cannot be used for another reason.
struct DeclaredNames {
    let databases: [String]
    let stores: [String]
    let jobs: [String]
    let notifiers: [String]
}

/// Whether the tables of a job file fit each other: every name names something, nothing goes in a circle.
struct CrossCheck {
    private let configuration: Configuration
    private let names: DeclaredNames
    private(set) var complaints: [Complaint] = []
    private(set) var warnings: [Complaint] = []

    init(configuration: Configuration, names: DeclaredNames) {
        self.configuration = configuration
        self.names = names
        for job in configuration.jobs { check(job) }
        checkCircles()
        checkPlaces()
        if names.jobs.isEmpty { warnings.append(Complaint(path: [], message: "this job file has no jobs")) }
    }

    private mutating func check(_ job: Job) {
        let path = ["jobs", job.name]
        switch job.kind {
        case .backup(let backup): check(backup, path)
        case .verify(let verify): check(verify, path)
        case .prune(let prune): check(prune, path)
        case .maintain, .clean, .advise, .sql: break
        }
        if let database = job.kind.database {
            expect(database, among: names.databases, what: "database", path + ["database"])
        }
        if case .after(let other) = job.trigger { expect(other, among: names.jobs, what: "job", path + ["after"]) }
        for (index, name) in job.notify.enumerated() {
            expect(name, among: names.notifiers, what: "notifier", path + ["notify", String(index)])
        }
        for (index, conflict) in job.conflicts.enumerated() {
            check(conflict, of: job, path + ["conflicts_with", String(index)])
        }
    }

    private mutating func check(_ backup: BackupJob, _ path: [String]) {
        if backup.databases != nil, let complaint = DatabaseSelectionKeys.complaint(aboutJob: path[1]) {
            complain(path + ["databases"], complaint)
        }
        for (index, store) in backup.stores.enumerated() {
            expect(store, among: names.stores, what: "store", path + ["stores", String(index)])
        }
        let isProven = configuration.jobs.contains { job in
            if case .verify(let verify) = job.kind { verify.of == path[1] } else { false }
        }
        if backup.requiresVerified, !isProven, backup.retention != nil {
            warnings.append(
                Complaint(
                    path: path + ["require_verified"],
                    message: "no job of kind \"verify\" proves this job: nothing is deleted but what is older than a "
                        + "backup verified by hand"))
        }
    }

    private mutating func check(_ verify: VerifyJob, _ path: [String]) {
        guard let backup = backupJob(verify.of, path + ["of"]) else { return }
        if backup.databases == nil, verify.databases != .all {
            complain(
                path + ["databases"], "\"\(verify.of)\" backs up one database only: there is nothing to choose from")
        }
        if backup.databases == nil, verify.mostDatabases != nil {
            complain(path + ["most_databases"], "\"\(verify.of)\" backs up one database only")
        }
        guard let store = verify.store else { return }
        let storePath = path + ["store"]
        guard expect(store, among: names.stores, what: "store", storePath), !backup.stores.contains(store) else {
            return
        }
        complain(storePath, "\"\(verify.of)\" does not write to the store \"\(store)\"")
    }

    private mutating func check(_ prune: PruneJob, _ path: [String]) {
        for (index, name) in prune.of.enumerated() {
            let place = path + ["of", String(index)]
            guard let backup = backupJob(name, place), backup.retention == nil else { continue }
            complain(place, "\"\(name)\" has no \"retention\": there is nothing to prune by")
        }
        guard prune.of.isEmpty, configuration.jobs.allSatisfy({ !$0.hasRetention }) else { return }
        warnings.append(Complaint(path: path, message: "no backup job has a \"retention\": there is nothing to prune"))
    }

    /// The backup job of this name; nil, and a complaint, where there is none.
    private mutating func backupJob(_ name: String, _ path: [String]) -> BackupJob? {
        let backupJobs = configuration.jobs.filter { if case .backup = $0.kind { true } else { false } }.map(\.name)
        guard names.jobs.contains(name) else {
            complain(path, unknown(name, among: backupJobs, what: "backup job"))
            return nil
        }
        switch configuration.job(named: name)?.kind {
        case .backup(let backup)?: return backup
        case let other?:
            complain(path, "\"\(name)\" is a job of kind \(other.name), not a backup job")
            return nil
        case nil: return nil
        }
    }

    private mutating func check(_ conflict: JobConflict, of job: Job, _ path: [String]) {
        switch conflict {
        case .job(let name) where name == job.name:
            complain(path, "a job cannot conflict with itself (\"overlap\" says what becomes of its own runs)")
        case .job(let name): expect(name, among: names.jobs, what: "job", path)
        case .kind(let kind):
            let kinds = JobTable.Kind.allCases.map(\.rawValue)
            guard kinds.contains(kind) else {
                complain(path, "\"kind:\(kind)\" is no kind of job" + NearestName.suggestion(for: kind, among: kinds))
                return
            }
            let others = configuration.jobs.filter { $0.name != job.name && $0.kind.name == kind }
            if others.isEmpty, configuration.jobs.count == names.jobs.count {
                complain(path, "\"kind:\(kind)\" names nobody: there is no other job of this kind")
            }
        }
    }

    /// Jobs that run after each other in a circle never run.
    private mutating func checkCircles() {
        let next = Dictionary(
            configuration.jobs.compactMap { job -> (String, String)? in
                if case .after(let other) = job.trigger { (job.name, other) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        for job in configuration.jobs where !seen.contains(job.name) {
            var chain: [String] = []
            var name: String? = job.name
            while let current = name, seen.insert(current).inserted {
                chain.append(current)
                name = next[current]
            }
            guard let name, let start = chain.firstIndex(of: name) else { continue }
            let circle = chain[start...] + [name]
            complain(
                ["jobs", name, "after"], "\"after\" goes in a circle: \(circle.reversed().joined(separator: " → "))")
        }
    }

    /// Two names for one place: a job with both would count its one copy as two, and delete it twice.
    private mutating func checkPlaces() {
        for (index, store) in configuration.stores.enumerated() {
            guard
                let twin = configuration.stores[..<index].first(where: { $0.location.isSamePlace(as: store.location) })
            else { continue }
            complain(["stores", store.name, "url"], "this is the same place as the store \"\(twin.name)\"")
        }
    }

    @discardableResult
    private mutating func expect(_ name: String, among known: [String], what: String, _ path: [String]) -> Bool {
        guard !known.contains(name) else { return true }
        complain(path, unknown(name, among: known, what: what))
        return false
    }

    private func unknown(_ name: String, among known: [String], what: String) -> String {
        "no \(what) is called \"\(name)\"" + NearestName.suggestion(for: name, among: known)
    }

    private mutating func complain(_ path: [String], _ message: String) {
        complaints.append(Complaint(path: path, message: message))
    }
}

extension Job {
    fileprivate var hasRetention: Bool {
        if case .backup(let backup) = kind { backup.retention != nil } else { false }
    }
}

extension StoreLocation {
    /// The same objects; credentials and region do not matter.
    fileprivate func isSamePlace(as other: StoreLocation) -> Bool {
        switch (self, other) {
        case (.directory(let left), .directory(let right)): left == right
        case (.s3(let left), .s3(let right)):
            left.bucket == right.bucket && left.prefix == right.prefix && left.endpoint == right.endpoint
        default: false
        }
    }
}
