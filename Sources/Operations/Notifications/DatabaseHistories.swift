import Foundation
import JobModel

/// What the history says of each database of a job of several: when it was last backed up well, and proven.
struct DatabaseHistories: Sendable {
    let job: String
    let diary: RunDiary
    /// Runs before this are not looked at, but for the newest: nobody asks how much older than that something is.
    let horizon: CivilTime

    private static let runsAtOnce = 50

    /// Of each database that the newest run saw: when the newest run began that backed it up; where none has, the oldest
    /// that saw it. Nil where the history knows of no run.
    func newestGood() async -> [ServerText: CivilTime]? {
        var known: Set<ServerText>?
        var good: [ServerText: CivilTime] = [:]
        var seen: [ServerText: CivilTime] = [:]
        await walk(job) { run, entries in
            let names = known ?? Set(entries.map(\.name))
            known = names
            let instant = run.startedAt ?? run.instant
            for entry in entries where names.contains(entry.name) && good[entry.name] == nil {
                seen[entry.name] = instant
                if entry.isGood { good[entry.name] = instant }
            }
            return names.contains { good[$0] == nil }
        }
        guard let known, !known.isEmpty else { return nil }
        return seen.merging(good) { _, good in good }.filter { known.contains($0.key) }
    }

    /// Of those of `databases` that a job proves: when the newest backup began that is proven; where none is, the oldest
    /// run that saw the database.
    func newestVerified(
        of databases: Set<ServerText>, _ configuration: Configuration
    ) async -> [ServerText: CivilTime] {
        let verifiers = configuration.jobs.compactMap { verifier -> (name: String, databases: DatabaseSelection)? in
            guard case .verify(let verify) = verifier.kind, verify.of == job else { return nil }
            return (verifier.name, verify.databases)
        }
        let wanted = databases.filter { name in verifiers.isEmpty || verifiers.contains { $0.databases.selects(name) } }
        var proven: [ServerText: CivilTime] = [:]
        for verifier in verifiers {
            await walk(verifier.name) { _, entries in
                for entry in entries where entry.outcome == .succeeded {
                    guard let backup = entry.backup.flatMap({ BackupID($0) }) else { continue }
                    proven[entry.name] = max(proven[entry.name] ?? backup.startedAt, backup.startedAt)
                }
                // An older run may have proven a newer backup only where backups are chosen at random.
                return wanted.contains { proven[$0] == nil }
            }
        }
        let seen = await firstSeen(wanted.filter { proven[$0] == nil })
        return proven.filter { wanted.contains($0.key) }.merging(seen) { proven, _ in proven }
    }

    private func firstSeen(_ databases: Set<ServerText>) async -> [ServerText: CivilTime] {
        var seen: [ServerText: CivilTime] = [:]
        guard !databases.isEmpty else { return seen }
        await walk(job) { run, entries in
            for entry in entries where databases.contains(entry.name) {
                seen[entry.name] = run.startedAt ?? run.instant
            }
            return true
        }
        return seen
    }

    // MARK: - Runs

    private struct Entry: Decodable {
        let database: String
        let outcome: RunOutcome
        let backup: String?

        var name: ServerText { ServerText(database) }
        var isGood: Bool { outcome == .succeeded || outcome == .partial }
    }

    private struct Report: Decodable {
        let databases: [Entry]
    }

    /// Newest first, as long as `visit` wants more.
    private func walk(_ job: String, _ visit: (Run, [Entry]) -> Bool) async {
        var query = RunQuery()
        (query.job, query.outcomes) = (job, [.succeeded, .partial, .failed])
        // Mostly the newest run says all.
        query.limit = 1
        while let runs = await diary.runs(query), !runs.isEmpty {
            for run in runs {
                guard let report = run.report,
                    let read = try? JSONDecoder().decode(Report.self, from: Data(report.utf8))
                else { continue }
                if !visit(run, read.databases) { return }
            }
            guard let last = runs.last?.instant, last > horizon else { return }
            (query.until, query.limit) = (last, Self.runsAtOnce)
        }
    }
}
