import JobModel
import ObjectStorage
import Postgres

/// A backup of several databases of one server, as a job makes it: the server says which there are, and each is backed
/// up as ``BackupWork`` does it, in a series of its own. One that fails holds up no other.
///
/// They are made one after the other: the job's workers, its memory and its `max_rate` are for one database at a time,
/// and the server holds one snapshot.
struct DatabasesBackupWork: Sendable {
    let job: Job
    let settings: BackupJob
    let selection: DatabaseSelection
    let configuration: Configuration
    let targets: TargetOpener
    let zones: ZoneDatabase
    let memory: any JobMemory
    let context: OperationContext
    /// Waits before databases are tried again. Default: sleeps.
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Holds the job's own lock all the time, in the database that its address names, and each database's in turn.
    func run() async throws -> JobResult {
        let target = try configuration.requiredDatabase(named: settings.database)
        let lock = JobLock(
            job: job.name, stores: settings.stores.compactMap(configuration.store).map(\.location),
            primary: try targets.primary(of: target).forAsking,
            standby: target.readURL == nil ? nil : try targets.source(of: target).forAsking)
        return try await context.withJobLock(lock) { try await backUpAll(of: target) }
    }

    /// What ``run()`` would copy of each; what fails is thrown with the others not looked at.
    func previews() async throws -> [BackupPreview] {
        let target = try configuration.requiredDatabase(named: settings.database)
        let roll = try await roll(of: target)
        for refusal in roll.refusals {
            context.reporter.report(.warning("the database \(refusal.database): \(refusal.reason)"))
        }
        var previews: [BackupPreview] = []
        for database in roll.databases { previews.append(try await work(on: database).preview()) }
        return previews
    }

    // MARK: - Steps

    private func backUpAll(of target: DatabaseTarget) async throws -> JobResult {
        let roll = try await roll(of: target)
        let remembered = RememberedDatabases(memory: memory, job: job.name)
        let changes = DatabaseChanges(from: await remembered.recall(), to: roll.all.sorted())
        for note in roll.notes + changes.notes { context.reporter.report(.note(note)) }
        if let plan = DatabasesReport.plan(roll.databases) { context.reporter.report(.plan(plan)) }
        var results = DatabaseResults(
            roll.refusals.map { refusal in
                let result = JobResult(outcome: .failed, message: refusal.reason, category: .unavailable)
                return DatabaseResults.Entry(database: refusal.database, result: result)
            })
        for refusal in roll.refusals {
            context.reporter.report(.warning("the database \(refusal.database): \(refusal.reason)"))
        }
        for (index, database) in roll.databases.enumerated() {
            context.reporter.report(.note("backing up \(database) (\(index + 1) of \(roll.databases.count))"))
            let entry = DatabaseResults.Entry(database: ServerText(database), result: try await result(of: database))
            results.entries.append(entry)
        }
        try await tryAgain(&results, roll)
        await forgiveDropped(&results, target)
        await remembered.remember(roll.all.sorted())
        return result(results, changes)
    }

    private func roll(of target: DatabaseTarget) async throws -> DatabaseRoll {
        context.reporter.report(.phase("asking the server for its databases"))
        let server = try await ServerDatabase.all(on: try targets.source(of: target), context: context)
        let roll = DatabaseRoll(of: server, selecting: selection)
        guard !roll.all.isEmpty else {
            throw JobError.noDatabase(job: job.name, selection: selection.text, known: server.map(\.name.text))
        }
        return roll
    }

    private func work(on database: String) -> BackupWork {
        var own = job
        own.name = BackupSeries(job: job.name, database: database).text
        return BackupWork(
            job: own, settings: settings, configuration: configuration, targets: targets, zones: zones,
            context: context.telling(of: database), database: database)
    }

    /// Throws where the run is cancelled, and nothing else.
    private func result(of database: String) async throws -> JobResult {
        do {
            return try await work(on: database).run()
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            var result = JobResult(error)
            // Another run makes it at this moment: this one has not.
            if result.outcome == .skipped { result.outcome = .failed }
            context.reporter.report(.warning("\(database): \(result.message ?? "it failed")"))
            return result
        }
    }

    /// Those that failed, as the job's retries say. Where nothing succeeded the whole run is tried again, and not here.
    private func tryAgain(_ results: inout DatabaseResults, _ roll: DatabaseRoll) async throws {
        let names = Set(roll.databases.map { ServerText($0) })
        for number in stride(from: 1, through: job.retries.count, by: 1) {
            let failed = results.worthRetrying.filter { names.contains(results.entries[$0].database) }
            guard !failed.isEmpty, results.outcome == .partial else { return }
            let delay = job.retries.delay(beforeRetry: number, random: Double.random(in: 0...1))
            context.reporter.report(.note("trying \(failed.count) databases again in \(delay.components.seconds) s"))
            try await sleep(delay)
            for index in failed {
                results.entries[index].result = try await result(of: results.entries[index].database.text)
            }
        }
    }

    /// A database that was dropped while the run was on its way there is none that failed.
    private func forgiveDropped(_ results: inout DatabaseResults, _ target: DatabaseTarget) async {
        guard results.entries.contains(where: { $0.result.outcome == .failed }),
            let source = try? targets.source(of: target),
            let server = try? await ServerDatabase.all(on: source, context: context)
        else { return }
        let kept = Set(server.map(\.name)).union(selection.required)
        let dropped = results.entries.filter { $0.result.outcome == .failed && !kept.contains($0.database) }
        guard !dropped.isEmpty, dropped.count < results.entries.count else { return }
        context.reporter.report(
            .note("dropped while the job ran: \(DatabaseChanges.listed(dropped.map(\.database)))"))
        results.entries.removeAll { $0.result.outcome == .failed && !kept.contains($0.database) }
    }

    private func result(_ results: DatabaseResults, _ changes: DatabaseChanges) -> JobResult {
        var result = JobResult(
            outcome: results.outcome, message: results.message, report: DatabasesReport.json(results, changes),
            category: results.category)
        guard changes.isLoss(limit: settings.shrinkLimit) else { return result }
        let loss =
            "\(changes.vanished.count) of \(changes.before) databases are gone since the last run: "
            + "\(DatabaseChanges.listed(changes.vanished)). See whether this is the right server"
        context.reporter.report(.warning(loss))
        result.message = [loss, result.message].compactMap { $0 }.joined(separator: "; ")
        if result.outcome == .succeeded { (result.outcome, result.category) = (.partial, .partial) }
        return result
    }
}
