import JobModel
import ObjectStorage
import Postgres

/// A backup as a job makes it: under the job's lock, into all of its stores, and then the retention.
struct BackupWork: Sendable {
    let name: String
    let job: BackupJob
    let configuration: Configuration
    let targets: TargetOpener
    let context: OperationContext

    func run() async throws -> JobResult {
        guard let database = configuration.database(named: job.database) else {
            throw JobError.unknownName(kind: "database", name: job.database)
        }
        let destinations = try job.stores.map { BackupDestination(name: $0, store: try store(named: $0)) }
        let primary = try targets.primary(of: database)
        let source = try targets.source(of: database)
        let lock = JobLock(
            job: name, stores: destinations.map(\.store.location), primary: primary,
            standby: database.readURL == nil ? nil : source)
        let operation = BackupOperation(
            context: context, connection: source, destinations: destinations, job: name, settings: job.settings)
        let report = try await context.withJobLock(lock) { try await operation.execute() }
        let failed = report.stores.filter { $0.outcome != .succeeded }
        return JobResult(
            outcome: report.outcome,
            message: failed.isEmpty
                ? nil : failed.map { "the store \($0.name): \($0.error ?? "failed")" }.joined(separator: "; "),
            report: try BackupJobReport(report).json(), category: failed.isEmpty ? nil : .partial)
    }

    private func store(named name: String) throws -> any ObjectStore {
        guard let store = configuration.store(named: name) else {
            throw JobError.unknownName(kind: "store", name: name)
        }
        return try targets.store(store)
    }
}
