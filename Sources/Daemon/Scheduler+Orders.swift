import Foundation
package import JobModel
import Operations

/// What people ask of a daemon that runs.
extension Scheduler {
    /// By this name the history remembers which jobs are paused by an order, as a list in JSON.
    static let heldName = "daemon.paused"

    /// Starts a run of a job at once, beside its schedule. Refused where the run would have to wait: orders do not queue.
    package func runNow(_ name: String) async throws(OrderError) -> RunID {
        let entry = try admissible(name)
        let run = Run(
            id: newID(), job: name, kind: entry.job.kind.name, trigger: .manual, scheduledAt: nil,
            startedAt: CivilTime(clock.now), host: host)
        let start = Start(entry: entry, run: run, stop: StopSignal())
        // Taken before anything is waited for, so that of two orders one is refused.
        running[run.id] = Occupant(entry: entry, run: run, stop: start.stop)
        states[name]?.running.insert(run.id)
        do throws(OrderError) {
            try await claim(run)
        } catch {
            running[run.id] = nil
            states[name]?.running.remove(run.id)
            throw error
        }
        ordered.append(start)
        bell.ring()
        return run.id
    }

    private func admissible(_ name: String) throws(OrderError) -> ScheduledJob {
        guard let entry = states[name]?.entry else { throw .noSuchJob(name) }
        if isDraining { throw .stopping }
        if let refusal { throw .clock(refusal) }
        let occupied = Occupancy(running.values.lazy.map(\.entry))
        if occupied.count(of: name) > 0, entry.job.overlap != .allow { throw .runsAlready(name) }
        if occupied.conflicts(with: entry) { throw .conflict(name) }
        let most = min(settings.concurrency, startLimit ?? .max)
        guard occupied.count < most else { throw .busy(most) }
        if let server = entry.server, let limit = settings.concurrencyPerServer {
            guard occupied.count(onServer: server) < limit else { throw .busy(limit) }
        }
        return entry
    }

    private func claim(_ run: Run) async throws(OrderError) {
        switch await diary.claim([run]) {
        case .granted(let ids):
            guard ids.contains(run.id) else { throw .runsAlready(run.job) }
        case .unavailable where historyIsShared: throw .historyIsSilent
        case .unavailable: await diary.adopt([run])
        }
        guard isDraining else { return }
        var ended = run
        (ended.outcome, ended.reason, ended.message) = (.cancelled, .shutdown, RunReason.shutdown.sentence)
        ended.endedAt = CivilTime(clock.now)
        await diary.update(ended)
        throw .stopping
    }

    /// The runs by order that are to start now.
    func takeOrdered() -> [Start] {
        defer { ordered = [] }
        return ordered
    }

    /// Asks a run that lives to end; it cleans up first.
    package func stop(_ run: RunID) throws(OrderError) {
        guard let occupant = running[run] else { throw .noSuchRun(run.description) }
        occupant.stop.stop(.byHand)
    }

    /// Pauses a job: its firings are recorded as skipped. False where the history could not write it down, so that it
    /// ends with this process.
    package func pause(_ name: String) async throws(OrderError) -> Bool {
        guard states[name] != nil else { throw .noSuchJob(name) }
        held.insert(name)
        heldChanges += 1
        return await writeHeld()
    }

    /// Takes a pause by order back. False as for ``pause(_:)``.
    package func resume(_ name: String) async throws(OrderError) -> Bool {
        guard let entry = states[name]?.entry else { throw .noSuchJob(name) }
        guard !entry.job.isPaused else { throw .pausedByJobFile(name) }
        held.remove(name)
        heldChanges += 1
        bell.ring()
        return await writeHeld()
    }

    /// Lets at most so many runs go at the same time, 0 for none, until this process ends; nil for as many as the job
    /// file says. Runs that live go on.
    package func limit(to count: Int?) {
        startLimit = count
        bell.ring()
    }

    private func writeHeld() async -> Bool {
        let number = heldChanges
        guard let text = try? JSONEncoder().encode(held.sorted()),
            await diary.remember(String(decoding: text, as: UTF8.self), as: Self.heldName)
        else { return false }
        heldWritten = max(heldWritten, number)
        return true
    }

    /// Also what was ordered of another daemon that shares the history. What cannot be read changes nothing, and what
    /// could not be written is written now.
    func readHeld() async {
        if heldWritten < heldChanges, await !writeHeld() { return }
        let number = heldChanges
        guard let text = await diary.memory(named: Self.heldName),
            let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)), number == heldChanges
        else { return }
        held = Set(names)
    }
}

/// Why an order is not followed.
package enum OrderError: UserFacingError, Equatable {
    case noSuchJob(String)
    case noSuchRun(String)
    case noSuchBackup(String)
    case runsAlready(String)
    case conflict(String)
    /// As many runs live as may.
    case busy(Int)
    case clock(String)
    case pausedByJobFile(String)
    case historyIsSilent
    case stopping

    package var message: String {
        switch self {
        case .noSuchJob(let name): "the job file has no job \"\(name)\""
        case .noSuchRun(let id): "no run \(id) is alive in this daemon"
        case .noSuchBackup(let id): "no store of the job file is known to hold the backup \(id)"
        case .runsAlready(let name): "a run of \(name) is alive"
        case .conflict(let name): "something runs that \(name) must not run beside"
        case .busy(let limit): "as many runs are alive as may be at the same time (\(limit))"
        case .clock(let reason): "the clock cannot be right, so nothing is started: \(reason)"
        case .pausedByJobFile(let name): "the job file itself pauses \(name)"
        case .historyIsSilent: "the history that daemons share does not answer, so nobody knows what the others start"
        case .stopping: "the daemon is stopping"
        }
    }

    package var hint: String? {
        switch self {
        case .noSuchJob, .noSuchRun: "See GET /api/v1/jobs."
        case .noSuchBackup: "See GET /api/v1/backups; a new one is known a moment after its run."
        case .runsAlready, .conflict, .busy: "Try again when it has ended."
        case .clock: "Set the clock; dbops accept-clock says that it is right."
        case .pausedByJobFile: "Take paused = true out of it, and reload."
        case .historyIsSilent: "See GET /readyz."
        case .stopping: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .noSuchJob, .noSuchRun, .noSuchBackup: .usage
        case .runsAlready, .conflict, .busy, .clock, .stopping: .tryLater
        case .pausedByJobFile: .configuration
        case .historyIsSilent: .unavailable
        }
    }
}
