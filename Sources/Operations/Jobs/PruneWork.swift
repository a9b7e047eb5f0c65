import JobModel
import ObjectStorage

/// The retention as a job makes it: of one backup job, or of all that have one, in every store of each.
struct PruneWork: Sendable {
    let job: PruneJob
    let configuration: Configuration
    let targets: TargetOpener
    let zones: ZoneDatabase
    let context: OperationContext
    /// Of the server that was just backed up; nil where nobody has asked it.
    var systemIdentifier: String?

    private static let mostClockDifferenceInSeconds = 3_600

    func run() async throws -> JobResult {
        Self.result(try await execute())
    }

    /// One report for each job; of a job of several databases one for each of them. What fails of one job, or of one store, is in its report, and holds up no other.
    func execute() async throws -> [PruneReport] {
        var reports: [PruneReport] = []
        let record = PrunePlanRecord(reporter: context.reporter)
        for pruned in try await series() {
            if let report = try await prune(pruned, willExecute: { record.add($0) }) { reports.append(report) }
        }
        return reports
    }

    /// Nil where the job keeps everything. `willExecute` is told each store's plan before anything of it is done.
    func prune(
        _ pruned: Job, willExecute: @escaping @Sendable (PrunePlan) -> Void = { _ in }
    ) async throws -> PruneReport? {
        let report = try await report(on: pruned, willExecute) { try await $0.execute() }
        for store in report?.stores ?? [] { tell(store) }
        return report
    }

    private func tell(_ store: PruneReport.Store) {
        guard store.failure == nil || store.plan != nil else { return }
        let counts = "deleted \(store.deleted.count) backups of \(store.job), swept \(store.swept.count)"
        context.reporter.report(.note("\(store.url): \(counts)"))
        for note in store.plan?.notes ?? [] { context.reporter.report(.warning(note)) }
    }

    /// What ``execute()`` would do; nothing is locked or deleted.
    func preview() async throws -> [PruneReport] {
        var previews: [PruneReport] = []
        for pruned in try await series() {
            if let preview = try await report(on: pruned, { _ in }, { try await $0.preview() }) {
                previews.append(preview)
            }
        }
        return previews
    }

    /// The jobs, one of several databases as many times as the stores hold databases of it, each under the name of the
    /// ``BackupSeries``: nothing is ever counted across databases. Those that the server has dropped are among them.
    private func series() async throws -> [Job] {
        var series: [Job] = []
        for job in try jobs() {
            guard case .backup(let backup) = job.kind, backup.databases != nil else {
                series.append(job)
                continue
            }
            let found = await SeriesOfJob.all(of: job.name, in: backup.stores.compactMap { try? store(named: $0) })
            series += found.map { one in
                var own = job
                own.name = one.text
                return own
            }
            // A store that cannot be listed is named by the attempt to prune it.
            if found.isEmpty { series.append(job) }
        }
        return series
    }

    private func jobs() throws -> [Job] {
        guard !job.of.isEmpty else {
            return configuration.jobs.filter {
                if case .backup(let backup) = $0.kind { return backup.retention != nil }
                return false
            }
        }
        return try job.of.map { name in
            guard let job = configuration.job(named: name) else { throw JobError.unknownName(kind: "job", name: name) }
            return job
        }
    }

    /// What `work` does in those stores of the job that can be opened, and why the others cannot; in the job's order.
    private func report(
        on pruned: Job, _ willExecute: @escaping @Sendable (PrunePlan) -> Void,
        _ work: (PruneOperation) async throws -> PruneReport
    ) async throws -> PruneReport? {
        guard case .backup(let backup) = pruned.kind, let policy = backup.retention else { return nil }
        var stores: [any ObjectStore] = []
        var failures: [String: PruneReport.Store] = [:]
        for name in backup.stores {
            do {
                stores.append(try store(named: name))
            } catch let error as any UserFacingError {
                failures[name] = failure(of: pruned, in: name, error)
            }
        }
        var done: [PruneReport.Store]
        do {
            let request = try request(pruned, backup, policy)
            done = try await work(operation(request, stores, willExecute)).stores
        } catch let error as any UserFacingError {
            done = backup.stores.filter { failures[$0] == nil }.map { failure(of: pruned, in: $0, error) }
        }
        return PruneReport(stores: backup.stores.map { failures[$0] ?? done.removeFirst() })
    }

    private func request(_ pruned: Job, _ backup: BackupJob, _ policy: RetentionPolicy) throws -> PruneRequest {
        var request = PruneRequest(job: pruned.name, policy: policy)
        request.zone = try zones.rules(named: pruned.timezone)
        request.requiresVerified = backup.requiresVerified
        request.shrinkLimit = backup.shrinkLimit
        request.abandonedAfter = job.abandonedAfter
        request.systemIdentifier = systemIdentifier
        return request
    }

    private func operation(
        _ request: PruneRequest, _ stores: [any ObjectStore], _ willExecute: @escaping @Sendable (PrunePlan) -> Void
    ) -> PruneOperation {
        PruneOperation(
            context: context, request: request, stores: stores,
            mayBegin: { try await requireAgreeingClocks($0, job: request.job) }, willExecute: willExecute)
    }

    private func store(named name: String) throws -> any ObjectStore {
        guard let store = configuration.store(named: name) else {
            throw JobError.unknownName(kind: "store", name: name)
        }
        return try targets.store(store)
    }

    private func failure(of pruned: Job, in name: String, _ error: any UserFacingError) -> PruneReport.Store {
        PruneProgress().report(
            of: pruned.name, in: configuration.store(named: name)?.location.url ?? name, failure: error)
    }

    /// A host whose clock jumped ahead would find every backup too old. A store has a clock of its own to compare with;
    /// a directory of this host has not.
    private func requireAgreeingClocks(_ store: any ObjectStore, job: String) async throws {
        let beside = LeaseObject(store: store, job: job, purpose: .prune).key
        let there = CivilTime(try await StoreClock(store: store).now(beside: beside))
        let here = CivilTime(context.clock.now)
        guard abs(there.secondsSinceEpoch - here.secondsSinceEpoch) <= Self.mostClockDifferenceInSeconds else {
            throw JobError.clocksDiffer(store: store.location.url, here: here.text, there: there.text)
        }
    }

    static func result(_ reports: [PruneReport]) -> JobResult {
        let failures = reports.flatMap(\.stores).compactMap { store in
            store.failure.map { (message: "\(store.job) in \(store.url): \($0.message)", category: $0.category) }
        }
        let outcomes = Set(reports.map(\.outcome))
        let outcome: RunOutcome = failures.isEmpty ? .succeeded : outcomes == [.failed] ? .failed : .partial
        return JobResult(
            outcome: outcome,
            message: failures.isEmpty ? nil : failures.map(\.message).joined(separator: "; "),
            report: try? PruneJobReport(reports).json(), category: failures.first?.category)
    }
}
