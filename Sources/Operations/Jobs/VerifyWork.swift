import Archive
import JobModel
import ObjectStorage
import Postgres

/// A verification as a job makes it: of a backup that the job's choice picks, under the store's lease; where the proven
/// job backs up several databases, of one backup of each.
struct VerifyWork: Sendable {
    let name: String
    let job: VerifyJob
    let configuration: Configuration
    let targets: TargetOpener
    let memory: any JobMemory
    let context: OperationContext
    /// The ``BackupSeries`` that is chosen from. Default: that of the proven job, or all of it where it is of several
    /// databases.
    var series: String?

    func run() async throws -> JobResult {
        guard let several = try several() else { return try await prove() }
        return try await several.run()
    }

    /// Which backups ``run()`` would prove, and where; of several that may be picked at random, one of them.
    func previews() async throws -> [VerifyPreview] {
        guard let several = try several() else { return [try await preview()] }
        return try await several.previews()
    }

    private func several() throws -> DatabasesVerifyWork? {
        guard series == nil, let selection = try proven().databases else { return nil }
        return DatabasesVerifyWork(work: self, selection: selection, store: try place().store)
    }

    private func prove() async throws -> JobResult {
        let (store, settings) = try place()
        let lease = LeaseObject(store: store, job: chosenFrom, purpose: .verify)
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

    private func preview() async throws -> VerifyPreview {
        let (store, settings) = try place()
        return VerifyPreview(try await choose(in: store), which: job.which, settings: settings)
    }

    private var chosenFrom: String { series ?? job.of }

    private func proven() throws -> BackupJob {
        guard case .backup(let proven)? = configuration.job(named: job.of)?.kind else {
            throw JobError.unknownName(kind: "backup job", name: job.of)
        }
        return proven
    }

    /// The store that is read, and how its backup is proven.
    private func place() throws -> (store: any ObjectStore, settings: VerifySettings) {
        let proven = try proven()
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
        // What is remembered is of one database.
        if let database, series == nil {
            let sizes = RestoredIndexSizes(memory: memory, database: database.name, context: context)
            settings.inspect = { await sizes.note(of: $0) }
        }
        return settings
    }

    private func choose(in store: any ObjectStore) async throws -> BackupCatalog.Entry {
        // A name dated in the future was made by a clock that was wrong: it is not the newest.
        let now = CivilTime(context.clock.now)
        let backups = try await list(store).filter { $0.manifest.startedAt <= now }
        guard let newest = backups.last else { throw JobError.noBackup(job: chosenFrom, store: store.location.url) }
        return switch job.which {
        case .newest: newest
        case .random: backups.randomElement() ?? newest
        case .oldestUnverified: backups.first { $0.verification == nil } ?? newest
        }
    }

    private func list(_ store: any ObjectStore) async throws -> [BackupCatalog.Entry] {
        do {
            return try await BackupCatalog(store: store).list(job: chosenFrom).backups
        } catch {
            throw JobError.explaining(error, job: chosenFrom, in: store)
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
