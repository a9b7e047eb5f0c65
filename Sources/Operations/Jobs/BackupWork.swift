import Archive
import JobModel
import ObjectStorage
import Postgres

/// A backup as a job makes it: under the job's lock, into all of its stores; then it is weighed against those before
/// it, and the job's retention is applied.
struct BackupWork: Sendable {
    let job: Job
    let settings: BackupJob
    let configuration: Configuration
    let targets: TargetOpener
    let zones: ZoneDatabase
    let context: OperationContext
    /// In place of the one that the address names, where the job backs up several: then `job` bears the name of this one's
    /// ``BackupSeries``.
    var database: String?

    func run() async throws -> JobResult {
        let database = try target()
        let (destinations, closed) = try open(settings.stores)
        let lock = JobLock(
            job: job.name, stores: destinations.map(\.store.location),
            primary: named(try targets.primary(of: database)),
            standby: database.readURL == nil ? nil : named(try targets.source(of: database)))
        let operation = try operation(database, destinations)
        return try await context.withJobLock(lock) {
            let report = try await operation.execute()
            let shrunken = await weigh(report, destinations)
            let pruned = await prune(report.manifest.server.systemIdentifier)
            return try result(report, closed: closed, shrunken: shrunken, pruned: pruned)
        }
    }

    /// What ``run()`` would copy; nothing is locked for longer than that takes, and nothing is written.
    func preview() async throws -> BackupPreview {
        let (destinations, closed) = try open(settings.stores)
        for complaint in closed { context.reporter.report(.warning(complaint)) }
        return try await operation(try target(), destinations).preview()
    }

    private func target() throws -> DatabaseTarget {
        try configuration.requiredDatabase(named: settings.database)
    }

    private func named(_ connection: ConnectionInfo) -> ConnectionInfo {
        database.map { connection.with(database: $0) } ?? connection
    }

    private func operation(_ database: DatabaseTarget, _ destinations: [BackupDestination]) throws -> BackupOperation {
        BackupOperation(
            context: context, connection: named(try targets.source(of: database)), destinations: destinations,
            job: job.name,
            settings: settings.settings)
    }

    /// Stores that can be opened, and what is to be said of the others: one without credentials costs only its own copy.
    private func open(_ names: [String]) throws -> (destinations: [BackupDestination], complaints: [String]) {
        var destinations: [BackupDestination] = []
        var failures: [(name: String, error: any UserFacingError)] = []
        for name in names {
            do {
                destinations.append(BackupDestination(name: name, store: try store(named: name)))
            } catch let error as any UserFacingError {
                failures.append((name, error))
            }
        }
        if destinations.isEmpty, let first = failures.first { throw first.error }
        return (destinations, failures.map { "the store \($0.name): \($0.error.message)" })
    }

    private func store(named name: String) throws -> any ObjectStore {
        guard let store = configuration.store(named: name) else {
            throw JobError.unknownName(kind: "store", name: name)
        }
        return try targets.store(store)
    }

    // MARK: - After the backup

    /// Why the backup is kept apart, where it is. That a store cannot say is a warning: the backup is good.
    private func weigh(_ report: BackupReport, _ destinations: [BackupDestination]) async -> String? {
        var complaint: String?
        for destination in destinations {
            guard report.stores.contains(where: { $0.name == destination.name && $0.outcome == .succeeded }) else {
                continue
            }
            let scales = BackupScales(
                store: destination.store, job: job.name, shrinkLimit: settings.shrinkLimit, clock: context.clock)
            do {
                guard let shrinkage = try await scales.weigh(report.name.id) else { continue }
                complaint =
                    "the backup is kept apart, and nothing is rotated out for it: \(shrinkage.text). See what happened, "
                    + "then dbops accept \(report.name.id)"
            } catch {
                warn("the backup could not be compared with those before it", error)
            }
        }
        if let complaint { context.reporter.report(.warning(complaint)) }
        return complaint
    }

    private func prune(_ systemIdentifier: String) async -> JobResult {
        guard settings.retention != nil else { return JobResult(outcome: .succeeded) }
        do {
            let work = PruneWork(
                job: PruneJob(), configuration: configuration, targets: targets, zones: zones, context: context,
                systemIdentifier: systemIdentifier)
            return PruneWork.result(try await work.prune(job).map { [$0] } ?? [])
        } catch {
            let result = JobResult(error)
            warn("the retention could not be applied", error)
            return result
        }
    }

    private func warn(_ what: String, _ error: any Error) {
        let reason = (error as? any UserFacingError)?.message ?? "\(error)"
        context.reporter.report(.warning("\(what): \(reason)"))
    }

    /// The backup's own outcome; a store that failed, a shrunken backup or a retention that could not be applied make
    /// it partial: people have to look.
    private func result(
        _ report: BackupReport, closed: [String], shrunken: String?, pruned: JobResult
    ) throws -> JobResult {
        let failed = report.stores.filter { $0.outcome != .succeeded }
        var complaints = closed + failed.map { "the store \($0.name): \($0.error ?? "failed")" }
        if let shrunken { complaints.append(shrunken) }
        if pruned.outcome != .succeeded { complaints.append("retention: \(pruned.message ?? "failed")") }
        return JobResult(
            outcome: complaints.isEmpty ? report.outcome : .partial,
            message: complaints.isEmpty ? nil : complaints.joined(separator: "; "),
            report: try BackupJobReport(report).json(), category: complaints.isEmpty ? nil : .partial)
    }
}
