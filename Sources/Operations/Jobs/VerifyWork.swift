import Archive
import JobModel
import ObjectStorage
import Postgres

/// A verification as a job makes it: of a backup that the job's choice picks, under the store's lease.
struct VerifyWork: Sendable {
    let name: String
    let job: VerifyJob
    let configuration: Configuration
    let targets: TargetOpener
    let memory: any JobMemory
    let context: OperationContext

    func run() async throws -> JobResult {
        let (store, settings) = try place()
        let lease = LeaseObject(store: store, job: job.of, purpose: .verify)
        let (source, report) = try await context.withLease(lease) { _ in
            let chosen = try await choose(in: store)
            context.reporter.report(.note("chose \(chosen.url)"))
            context.reporter.report(.plan(try VerifyPreview(chosen, which: job.which, settings: settings).json()))
            let source = try await BackupSource.open(ObjectKey(chosen.name.folder), in: store)
            return (source, try await VerifyOperation(context: context, source: source, settings: settings).execute())
        }
        let json = try VerificationJobReport(report).json()
        guard report.outcome != .succeeded else { return JobResult(outcome: .succeeded, report: json) }
        // Retention may take a backup while it is read; that says nothing of those that are left.
        guard try await source.isStillThere() else {
            return JobResult(
                outcome: .skipped, reason: .conflict, message: "\(source.url) was deleted while it was verified")
        }
        return JobResult(outcome: .failed, message: Self.complaint(report), report: json, category: .damaged)
    }

    /// Which backup ``run()`` would prove, and where; of several that may be picked at random, one of them.
    func preview() async throws -> VerifyPreview {
        let (store, settings) = try place()
        return VerifyPreview(try await choose(in: store), which: job.which, settings: settings)
    }

    /// The store that is read, and how its backup is proven.
    private func place() throws -> (store: any ObjectStore, settings: VerifySettings) {
        guard case .backup(let proven)? = configuration.job(named: job.of)?.kind else {
            throw JobError.unknownName(kind: "backup job", name: job.of)
        }
        guard let storeName = job.store ?? proven.stores.first, let target = configuration.store(named: storeName)
        else {
            throw JobError.unknownName(kind: "store", name: job.store ?? "")
        }
        return (try targets.store(target), try settings(database: configuration.database(named: proven.database)))
    }

    private func settings(database: DatabaseTarget?) throws -> VerifySettings {
        var settings = VerifySettings()
        settings.jobs = job.jobs
        settings.checks = job.checks
        settings.runsAmcheck = job.runsAmcheck
        settings.timeBudget = job.timeBudget
        try settings.requireQueries()
        settings.server = try database.flatMap { try targets.scratchServer(of: $0) }
        if let database {
            let sizes = RestoredIndexSizes(memory: memory, database: database.name, context: context)
            settings.inspect = { await sizes.note(of: $0) }
        }
        return settings
    }

    private func choose(in store: any ObjectStore) async throws -> BackupCatalog.Entry {
        // A name dated in the future was made by a clock that was wrong: it is not the newest.
        let now = CivilTime(context.clock.now)
        let backups = try await list(store).filter { $0.manifest.startedAt <= now }
        guard let newest = backups.last else { throw JobError.noBackup(job: job.of, store: store.location.url) }
        return switch job.which {
        case .newest: newest
        case .random: backups.randomElement() ?? newest
        case .oldestUnverified: backups.first { $0.verification == nil } ?? newest
        }
    }

    private func list(_ store: any ObjectStore) async throws -> [BackupCatalog.Entry] {
        do {
            return try await BackupCatalog(store: store).list(job: job.of).backups
        } catch {
            throw JobError.explaining(error, job: job.of, in: store)
        }
    }

    private static func complaint(_ report: VerificationReport) -> String {
        let failed = report.checks.filter { $0.verdict == .failed }
        if let check = failed.first, failed.count == 1 {
            return "\(report.url) failed the check \(check.name): expected \(check.expected), found \(check.found)"
        }
        let told = failed.prefix(3).map { "\($0.name) (expected \($0.expected), found \($0.found))" }
        return "\(report.url) failed \(failed.count) checks: "
            + (told + failed.dropFirst(3).map(\.name))
            .joined(separator: ", ")
    }
}
