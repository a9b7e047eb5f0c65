package import JobModel

/// Gathers for ``StalenessWatch`` how old the newest backups of jobs are: from the history, and where that knows of
/// none, from the store, which is the truth about backups but costs a listing.
package actor BackupFreshness {
    /// What a job's stores hold: when the newest backup and the newest proven one began.
    package struct Stored: Sendable, Equatable {
        package var newestGood: CivilTime?
        package var newestVerified: CivilTime?

        package init(newestGood: CivilTime?, newestVerified: CivilTime?) {
            self.newestGood = newestGood
            self.newestVerified = newestVerified
        }
    }

    /// How long an answer of a store counts: a listing each minute would cost more than it tells.
    private static let storeAnswerInSeconds = 3_600
    /// A job that proves old backups as well has the newest proof among these.
    private static let verificationsRead = 50

    private struct Answer {
        let stored: Stored
        let at: CivilTime
    }

    private struct YoungFacts {
        let facts: StalenessWatch.Facts
        let at: CivilTime
    }

    private let diary: RunDiary
    private let store: @Sendable (Job) async throws -> Stored
    private var answers: [String: Answer] = [:]
    private var firstSeen: [String: CivilTime] = [:]
    /// Facts by which a job's backups are young enough, and when they were gathered.
    private var young: [String: YoungFacts] = [:]

    /// `store` lists the stores of a backup job; where it throws, the job counts as having nothing there, and it is
    /// asked again at the next time.
    package init(diary: RunDiary, store: @escaping @Sendable (Job) async throws -> Stored) {
        self.diary = diary
        self.store = store
    }

    /// The facts about every backup job of `configuration` that has an ``Job/alertAfter``, or whose prover has one.
    ///
    /// Newer backups only make a job's younger, so one that is young enough by facts at hand is not asked about anew: a
    /// thousand jobs each minute would keep a daemon busy that has nothing to do.
    package func facts(for configuration: Configuration, now: CivilTime) async -> [StalenessWatch.Facts] {
        let promises = await diary.promises() ?? []
        let since = Dictionary(promises.map { ($0.job, $0.since) }) { first, second in min(first, second) }
        let provers = Self.provers(configuration)
        var facts: [StalenessWatch.Facts] = []
        for job in configuration.jobs {
            guard case .backup = job.kind, job.alertAfter != nil || provers[job.name] != nil else { continue }
            let prover = provers[job.name]
            if let known = knownYoung(job, prover, promised: since[job.name], now: now) {
                facts.append(known)
                continue
            }
            let found = await self.facts(job, prover, configuration, promised: since[job.name], now: now)
            let isWhole = await diary.trouble == nil && (!found.lacksSomething || answers[job.name] != nil)
            young[job.name] =
                isWhole && !StalenessWatch.isStale(found, now: now) ? YoungFacts(facts: found, at: now) : nil
            facts.append(found)
        }
        return facts
    }

    /// Facts at hand by which the job's backups are young enough; nil where others are needed.
    private func knownYoung(
        _ job: Job, _ prover: Job?, promised: CivilTime?, now: CivilTime
    ) -> StalenessWatch.Facts? {
        guard let known = young[job.name], known.facts.job == job, known.facts.prover == prover, now >= known.at else {
            return nil
        }
        var facts = known.facts
        facts.knownSince = min(facts.knownSince, promised ?? facts.knownSince)
        return StalenessWatch.isStale(facts, now: now) ? nil : facts
    }

    private func facts(
        _ job: Job, _ prover: Job?, _ configuration: Configuration, promised: CivilTime?, now: CivilTime
    ) async -> StalenessWatch.Facts {
        let seen = min(firstSeen[job.name] ?? now, now)
        firstSeen[job.name] = seen
        var known = StalenessWatch.Facts(
            job: job, newestGood: nil, newestVerified: nil, prover: prover,
            knownSince: await knownSince(job.name, promised: promised, seen: seen))
        guard !job.isOfSeveralDatabases else { return await withDatabases(known, configuration, now: now) }
        known.newestGood = await newestGood(of: job.name)
        if known.needsProof { known.newestVerified = await newestVerified(of: job.name, configuration) }
        return await completed(known, now: now)
    }

    /// A job of several databases is as old as the oldest of them; its last run says which there are.
    private func withDatabases(
        _ facts: StalenessWatch.Facts, _ configuration: Configuration, now: CivilTime
    ) async -> StalenessWatch.Facts {
        var facts = facts
        let limit = [facts.job.alertAfter, facts.prover?.alertAfter].compactMap { $0 }.max() ?? .zero
        let histories = DatabaseHistories(
            job: facts.job.name, diary: diary,
            horizon: CivilTime(secondsSinceEpoch: now.secondsSinceEpoch - Int(limit.components.seconds) - 86_400))
        // Without a history the store cannot say which databases there are, but that the job lives.
        guard let good = await histories.newestGood() else { return await completed(facts, now: now) }
        facts.newestGood = good.values.min()
        guard facts.needsProof else { return facts }
        facts.newestVerified = await histories.newestVerified(of: Set(good.keys), configuration).values.min()
        return facts
    }

    /// By the job that is proven: of those that prove it the one with the shortest limit of its own.
    private static func provers(_ configuration: Configuration) -> [String: Job] {
        var provers: [String: Job] = [:]
        for job in configuration.jobs {
            guard case .verify(let verify) = job.kind, let limit = job.alertAfter else { continue }
            if let other = provers[verify.of]?.alertAfter, other <= limit { continue }
            provers[verify.of] = job
        }
        return provers
    }

    private func newestGood(of job: String) async -> CivilTime? {
        var query = RunQuery()
        (query.job, query.outcomes, query.limit, query.omitsTexts) = (job, [.succeeded, .partial], 1, true)
        return await diary.runs(query)?.first.flatMap { $0.startedAt ?? $0.endedAt }
    }

    /// The newest backup that a verify job of `job` has proven, by the instant in the backup's name.
    private func newestVerified(of job: String, _ configuration: Configuration) async -> CivilTime? {
        var newest: CivilTime?
        for verifier in configuration.jobs {
            guard case .verify(let verify) = verifier.kind, verify.of == job else { continue }
            var query = RunQuery()
            (query.job, query.outcomes, query.limit) = (verifier.name, [.succeeded], Self.verificationsRead)
            for run in await diary.runs(query) ?? [] {
                let backup = ReportFacts(report: run.report).backup.flatMap { BackupID($0) }
                newest = [newest, backup?.startedAt].compactMap { $0 }.max()
            }
        }
        return newest
    }

    /// A job without a good backup has few runs; the newest ones are enough to see that it is known for long.
    private func knownSince(_ job: String, promised: CivilTime?, seen: CivilTime) async -> CivilTime {
        var query = RunQuery()
        (query.job, query.limit, query.omitsTexts) = (job, 100, true)
        let oldest = await diary.runs(query)?.last?.instant
        return [promised, oldest, seen].compactMap { $0 }.min() ?? seen
    }

    /// With what the store knows, where the history lacks something.
    private func completed(_ facts: StalenessWatch.Facts, now: CivilTime) async -> StalenessWatch.Facts {
        guard facts.lacksSomething, let stored = await stored(facts.job, now: now) else { return facts }
        var completed = facts
        completed.newestGood = [facts.newestGood, stored.newestGood].compactMap { $0 }.max()
        completed.newestVerified = [facts.newestVerified, stored.newestVerified].compactMap { $0 }.max()
        return completed
    }

    private func stored(_ job: Job, now: CivilTime) async -> Stored? {
        if let answer = answers[job.name], now >= answer.at,
            now.secondsSinceEpoch - answer.at.secondsSinceEpoch < Self.storeAnswerInSeconds
        {
            return answer.stored
        }
        guard let stored = try? await store(job) else { return nil }
        answers[job.name] = Answer(stored: stored, at: now)
        return stored
    }
}

extension Job {
    fileprivate var isOfSeveralDatabases: Bool {
        if case .backup(let backup) = kind { backup.databases != nil } else { false }
    }
}

extension StalenessWatch.Facts {
    /// Whether there is no good backup, or no proven one where that counts.
    fileprivate var lacksSomething: Bool { newestGood == nil || needsProof && newestVerified == nil }

    fileprivate var needsProof: Bool {
        guard case .backup(let backup) = job.kind else { return false }
        return backup.requiresVerified || prover != nil
    }
}
