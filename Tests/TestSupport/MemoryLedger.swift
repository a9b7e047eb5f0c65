package import JobModel
import Synchronization

/// A run history that lives as long as the value. It keeps the contract of ``RunLedger``, and fails when told to.
package final class MemoryLedger: RunLedger {
    fileprivate struct State {
        var promises: [String: SchedulePromise] = [:]
        var runs: [RunID: Entry] = [:]
        /// The instants that have a record.
        var takenInstants: Set<Firing> = []
        var lastNumber = 0
        var logs: [RunID: [RunLogLine]] = [:]
        var beats: [String: CivilTime] = [:]
        var memory: [String: String] = [:]
        var failure: (any Error)?
        /// What the next claim throws after it was made.
        var lostAnswer: (any Error)?
    }

    fileprivate struct Entry {
        var run: Run
        /// Runs are numbered in the order in which they were recorded.
        let number: Int
    }

    fileprivate struct Firing: Hashable {
        let job: String
        let instant: CivilTime
    }

    private let state = Mutex(State())

    package init() {}

    /// From now on every call throws `error`; nil ends that.
    package func fail(with error: (any Error)?) {
        state.withLock { $0.failure = error }
    }

    /// The next claim is made, and then throws `error`: its answer was lost.
    package func loseAnswerToClaim(_ error: any Error) {
        state.withLock { $0.lostAnswer = error }
    }

    private func access<Success>(_ body: (inout State) throws -> sending Success) throws -> sending Success {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return try body(&state)
        }
    }

    package func promises() async throws -> [SchedulePromise] {
        try access { $0.promises.values.sorted { $0.job < $1.job } }
    }

    package func record(_ promises: [SchedulePromise]) async throws {
        try access { state in
            for promise in promises { state.promises[promise.job] = promise }
        }
    }

    package func removePromises(of jobs: [String]) async throws {
        try access { state in
            for job in jobs { state.promises[job] = nil }
        }
    }

    package func record(_ runs: [Run]) async throws {
        try access { state in
            for run in runs { _ = state.insert(run) }
        }
    }

    package func claim(_ runs: [Run]) async throws -> Set<RunID> {
        try access { state in
            let claimed = Set(runs.filter { state.insert($0) || state.isUnfinished($0.id) }.map(\.id))
            guard !runs.isEmpty, let lost = state.lostAnswer else { return claimed }
            state.lostAnswer = nil
            throw lost
        }
    }

    package func update(_ run: Run) async throws {
        try access { state in
            if state.runs[run.id] == nil { _ = state.insert(run) }
            let saysItself = run.outcome != nil && run.outcome != .interrupted && state.isCalledCrashed(run.id)
            if state.isUnfinished(run.id) || saysItself { state.runs[run.id]?.run = RunTextLimits.bounded(run) }
        }
    }

    package func append(_ lines: [RunLogLine], to run: RunID) async throws {
        try access { state in
            guard state.runs[run] != nil else { return }
            let log = state.logs[run] ?? []
            state.logs[run] = log + RunTextLimits.bounded(lines, after: log.count)
        }
    }

    package func unfinished() async throws -> [Run] {
        try access { $0.newestFirst { $0.outcome == nil } }
    }

    package func runs(_ query: RunQuery) async throws -> [Run] {
        try access { state in
            state.newestFirst(where: query.matches).prefix(query.limit).map { run in
                var run = run
                if query.omitsTexts { (run.plan, run.report) = (nil, nil) }
                return run
            }
        }
    }

    package func log(of run: RunID) async throws -> [RunLogLine] {
        try access { $0.logs[run] ?? [] }
    }

    package func forget(endedBefore instant: CivilTime) async throws {
        try access { state in
            var seen: Set<String> = []
            for run in state.newestFirst(where: { $0.outcome != nil }) {
                let isNewestOfItsKind = seen.insert("\(run.outcome?.rawValue ?? "") \(run.job)").inserted
                if !isNewestOfItsKind, run.endedAt ?? run.instant < instant { state.remove(run) }
            }
            state.beats = state.beats.filter { $0.value >= instant }
        }
    }

    package func withdraw(dueAfter instant: CivilTime) async throws {
        try access { state in
            for run in state.newestFirst(where: { $0.startedAt == nil }) {
                if let scheduledAt = run.scheduledAt, scheduledAt > instant { state.remove(run) }
            }
        }
    }

    package func beat(host: String, at instant: CivilTime) async throws {
        try access { $0.beats[host] = instant }
    }

    package func memory(named name: String) async throws -> String? {
        try access { $0.memory[name] }
    }

    package func remember(_ text: String?, as name: String) async throws {
        try access { $0.memory[name] = text }
    }

    package func close() async {}

    package func beats() async throws -> [String: CivilTime] {
        try access { $0.beats }
    }
}

extension MemoryLedger.State {
    fileprivate func newestFirst(where isWanted: (Run) -> Bool) -> [Run] {
        runs.values.filter { isWanted($0.run) }
            .sorted { ($0.run.instant, $0.number) > ($1.run.instant, $1.number) }
            .map(\.run)
    }

    fileprivate func isUnfinished(_ id: RunID) -> Bool {
        runs[id].map { $0.run.outcome == nil } ?? false
    }

    fileprivate func isCalledCrashed(_ id: RunID) -> Bool {
        runs[id].map { $0.run.outcome == .interrupted && $0.run.reason == .crash } ?? false
    }

    /// False where the run or its instant has a record.
    fileprivate mutating func insert(_ run: Run) -> Bool {
        guard runs[run.id] == nil else { return false }
        if let instant = run.scheduledAt {
            guard takenInstants.insert(MemoryLedger.Firing(job: run.job, instant: instant)).inserted else {
                return false
            }
        }
        lastNumber += 1
        runs[run.id] = MemoryLedger.Entry(run: RunTextLimits.bounded(run), number: lastNumber)
        return true
    }

    fileprivate mutating func remove(_ run: Run) {
        runs[run.id] = nil
        logs[run.id] = nil
        if let instant = run.scheduledAt { takenInstants.remove(MemoryLedger.Firing(job: run.job, instant: instant)) }
    }
}

extension RunQuery {
    fileprivate func matches(_ run: Run) -> Bool {
        guard job == nil || job == run.job, run.id.description.hasPrefix(idPrefix ?? "") else { return false }
        guard outcomes.isEmpty || run.outcome.map(outcomes.contains) == true else { return false }
        return since.map { run.instant >= $0 } ?? true && until.map { run.instant < $0 } ?? true
    }
}
