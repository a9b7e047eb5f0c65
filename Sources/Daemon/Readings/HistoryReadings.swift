import JobModel
import Operations

/// What the history says of each job. A job's runs are read again where the scheduler has counted another one, and now
/// and then for what other hosts and commands have run.
actor HistoryReadings {
    struct Facts: Sendable {
        /// Newest first.
        var recent: [Run] = []
        var lastSuccess: Run?
        /// Of an advise job.
        var advice: AdviseReport?
        var adviceAt: CivilTime?
    }

    private struct Held {
        let facts: Facts
        let change: Int
        let readAt: ContinuousClock.Instant
    }

    /// Instants of a job that are shown.
    static let mostRuns = 90
    /// After this what others have run is looked for.
    private static let longestAge = Duration.seconds(120)

    private let diary: RunDiary
    private let clock = ContinuousClock()
    private var held: [String: Held] = [:]

    init(diary: RunDiary) {
        self.diary = diary
    }

    /// Why the history cannot be used at present.
    var trouble: String? {
        get async { await diary.trouble }
    }

    /// By the jobs' names. What cannot be read now is told as it was.
    func facts(of snapshot: SchedulerSnapshot) async -> [String: Facts] {
        for state in snapshot.jobs {
            let name = state.entry.job.name
            let change = snapshot.tally.changes[name] ?? 0
            if let known = held[name], known.change == change, clock.now - known.readAt < Self.longestAge { continue }
            guard let facts = await read(state.entry.job) else { break }
            held[name] = Held(facts: facts, change: change, readAt: clock.now)
        }
        let names = Set(snapshot.jobs.map(\.entry.job.name))
        held = held.filter { names.contains($0.key) }
        return held.mapValues(\.facts)
    }

    /// Nil where the history does not answer.
    private func read(_ job: Job) async -> Facts? {
        var query = RunQuery()
        (query.job, query.limit, query.omitsTexts) = (job.name, Self.mostRuns, true)
        guard let recent = await diary.runs(query) else { return nil }
        var facts = Facts(recent: recent.filter { $0.outcome != nil })
        facts.lastSuccess = recent.first { $0.outcome == .succeeded }
        if facts.lastSuccess == nil, recent.count == Self.mostRuns {
            (query.outcomes, query.limit) = ([.succeeded], 1)
            facts.lastSuccess = await diary.runs(query)?.first
        }
        if case .advise = job.kind { await readAdvice(job, into: &facts) }
        return facts
    }

    private func readAdvice(_ job: Job, into facts: inout Facts) async {
        var query = RunQuery()
        // A run that fails for what it found has a report all the same.
        (query.job, query.outcomes, query.limit) = (job.name, [.succeeded, .partial, .failed], 3)
        for run in await diary.runs(query) ?? [] {
            guard let report = run.report.flatMap(AdviseReport.init(json:)) else { continue }
            facts.advice = report
            facts.adviceAt = run.endedAt
            return
        }
    }
}
