import Foundation
import JobModel
import ObjectStorage

/// Proves backups of a job of several databases: for each of them, one after the other, what ``VerifyWork`` chooses. One
/// that fails holds up no other.
///
/// Where the newest backups are asked for, those databases are left out whose newest one is proven already, as long as
/// there are others: a database that was dropped is not proven again for ever.
struct DatabasesVerifyWork: Sendable {
    let work: VerifyWork
    /// Of the proven job.
    let selection: DatabaseSelection
    let store: any ObjectStore

    func run() async throws -> JobResult {
        var turns = await Turns.recall(of: work.name, from: work.memory)
        let chosen = try await chosen(turns)
        if let plan = DatabasesReport.plan(chosen.compactMap(\.database)) { work.context.reporter.report(.plan(plan)) }
        var results = DatabaseResults([])
        for (index, series) in chosen.enumerated() {
            let database = series.database ?? series.text
            work.context.reporter.report(.note("proving \(database) (\(index + 1) of \(chosen.count))"))
            let result = try await result(of: series, database)
            results.entries.append(DatabaseResults.Entry(database: ServerText(database), result: result))
            turns.note(series, at: CivilTime(work.context.clock.now))
            await turns.remember(of: work.name, in: work.memory)
        }
        return Self.result(results)
    }

    func previews() async throws -> [VerifyPreview] {
        var previews: [VerifyPreview] = []
        for series in try await chosen(await Turns.recall(of: work.name, from: work.memory)) {
            previews += try await one(series, series.text).previews()
        }
        return previews
    }

    // MARK: - Which

    private struct Candidate: Sendable {
        let series: BackupSeries
        let isProven: Bool
    }

    /// In the order of their turns.
    private func chosen(_ turns: Turns) async throws -> [BackupSeries] {
        let candidates = try await candidates()
        let unproven = candidates.filter { !$0.isProven }
        let wanted = work.job.which == .newest && !unproven.isEmpty ? unproven : candidates
        let ordered = wanted.map(\.series).sorted { turns.isBefore($0, $1) }
        return Array(ordered.prefix(work.job.mostDatabases ?? ordered.count))
    }

    /// The databases of which there is a backup. Throws ``JobError/noBackup(job:store:)`` where there are none.
    private func candidates() async throws -> [Candidate] {
        let (of, catalog) = (work.job.of, BackupCatalog(store: store))
        var candidates: [Candidate] = []
        do {
            for series in try await SeriesOfJob.all(of: of, in: store) {
                guard let database = series.database, selection.selects(database),
                    work.job.databases.selects(database), let newest = try await catalog.newest(of: series.text)
                else { continue }
                candidates.append(Candidate(series: series, isProven: try await newest.standingProof() != nil))
            }
        } catch {
            throw JobError.explaining(error, job: of, in: store)
        }
        guard !candidates.isEmpty else { throw JobError.noBackup(job: of, store: store.location.url) }
        return candidates
    }

    // MARK: - One

    private func one(_ series: BackupSeries, _ database: String) -> VerifyWork {
        VerifyWork(
            name: work.name, job: work.job, configuration: work.configuration, targets: work.targets,
            memory: work.memory, context: work.context.telling(of: database), series: series.text)
    }

    /// Throws where the run is cancelled, and nothing else.
    private func result(of series: BackupSeries, _ database: String) async throws -> JobResult {
        var result: JobResult
        do {
            result = try await one(series, database).run()
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            result = JobResult(error)
        }
        if result.outcome != .succeeded {
            work.context.reporter.report(.warning("\(database): \(result.message ?? result.outcome.rawValue)"))
        }
        return result
    }

    /// One database that is not proven is a run that failed, whatever the others are. What somebody else does, or what
    /// retention took meanwhile, says nothing.
    private static func result(_ results: DatabaseResults) -> JobResult {
        let report = DatabasesReport.json(results)
        let counted = DatabaseResults(results.entries.filter { $0.result.outcome != .skipped })
        guard !counted.entries.isEmpty else {
            let first = results.entries.first?.result
            return JobResult(
                outcome: .skipped, reason: first?.reason, message: results.message, report: report,
                category: first?.category)
        }
        guard counted.outcome != .succeeded else { return JobResult(outcome: .succeeded, report: report) }
        let categories = counted.entries.filter { $0.result.outcome != .succeeded }.map(\.result.category)
        return JobResult(
            outcome: .failed, message: counted.message, report: report,
            category: categories.contains(.damaged) ? .damaged : categories.first.flatMap { $0 })
    }
}

/// When each database was last proven, or tried to be, by one job.
private struct Turns {
    private var instants: [String: Int] = [:]

    private static func name(_ job: String) -> String { "turns of \(job)" }

    static func recall(of job: String, from memory: any JobMemory) async -> Turns {
        var turns = Turns()
        guard let text = await memory.memory(named: name(job)) else { return turns }
        turns.instants = (try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))) ?? [:]
        return turns
    }

    func remember(of job: String, in memory: any JobMemory) async {
        guard let data = try? JSONEncoder().encode(instants) else { return }
        await memory.remember(String(decoding: data, as: UTF8.self), as: Self.name(job))
    }

    /// By folder, which is ASCII: names that look alike are kept apart.
    mutating func note(_ series: BackupSeries, at instant: CivilTime) {
        instants[series.folder] = instant.secondsSinceEpoch
    }

    /// Never before all others; then by name.
    func isBefore(_ left: BackupSeries, _ right: BackupSeries) -> Bool {
        func rank(_ series: BackupSeries) -> (Int, String) { (instants[series.folder] ?? Int.min, series.folder) }
        return rank(left) < rank(right)
    }
}
