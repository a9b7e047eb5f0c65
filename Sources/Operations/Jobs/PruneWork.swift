import JobModel
import ObjectStorage

/// The retention as a job makes it: of one backup job, or of all that have one, in every store of each.
struct PruneWork: Sendable {
    let job: PruneJob
    let configuration: Configuration
    let targets: TargetOpener
    let zones: ZoneDatabase
    let context: OperationContext

    private static let mostClockDifferenceInSeconds = 3_600

    func run() async throws -> JobResult {
        Self.result(try await execute())
    }

    /// One report for each job.
    func execute() async throws -> [PruneReport] {
        var reports: [PruneReport] = []
        let record = PrunePlanRecord(reporter: context.reporter)
        for pruned in try jobs() { reports += try await prune(pruned) { record.add($0) } }
        return reports
    }

    /// Nothing where the job keeps everything. `willExecute` is told each store's plan before anything of it is done.
    func prune(
        _ pruned: Job, willExecute: @escaping @Sendable (PrunePlan) -> Void = { _ in }
    ) async throws -> [PruneReport] {
        guard let operation = try operation(pruned, willExecute) else { return [] }
        for store in try stores(of: pruned) { try await requireAgreeingClocks(store, job: pruned.name) }
        let report = try await operation.execute()
        for store in report.stores {
            context.reporter.report(
                .note(
                    "\(store.url): deleted \(store.deleted.count) backups of \(pruned.name), swept \(store.swept.count)"
                ))
            for note in store.plan?.notes ?? [] { context.reporter.report(.warning(note)) }
        }
        return [report]
    }

    /// What ``execute()`` would do; nothing is locked or deleted.
    func preview() async throws -> [PruneReport] {
        var previews: [PruneReport] = []
        for pruned in try jobs() {
            if let operation = try operation(pruned, { _ in }) { previews.append(try await operation.preview()) }
        }
        return previews
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

    private func operation(
        _ pruned: Job, _ willExecute: @escaping @Sendable (PrunePlan) -> Void
    ) throws -> PruneOperation? {
        guard case .backup(let backup) = pruned.kind, let policy = backup.retention else { return nil }
        var request = PruneRequest(job: pruned.name, policy: policy)
        request.zone = try zones.rules(named: pruned.timezone)
        request.requiresVerified = backup.requiresVerified
        request.shrinkLimit = backup.shrinkLimit
        request.abandonedAfter = job.abandonedAfter
        return PruneOperation(
            context: context, request: request, stores: try stores(of: pruned), willExecute: willExecute)
    }

    private func stores(of pruned: Job) throws -> [any ObjectStore] {
        guard case .backup(let backup) = pruned.kind else { return [] }
        return try backup.stores.map { name in
            guard let store = configuration.store(named: name) else {
                throw JobError.unknownName(kind: "store", name: name)
            }
            return try targets.store(store)
        }
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
        let failures = reports.flatMap(\.stores).compactMap { store in store.failure.map { (store.url, $0) } }
        let outcomes = Set(reports.map(\.outcome))
        let outcome: RunOutcome = failures.isEmpty ? .succeeded : outcomes == [.failed] ? .failed : .partial
        return JobResult(
            outcome: outcome,
            message: failures.isEmpty ? nil : failures.map { "\($0.0): \($0.1.message)" }.joined(separator: "; "),
            report: try? PruneJobReport(reports).json(), category: failures.first?.1.category)
    }
}
