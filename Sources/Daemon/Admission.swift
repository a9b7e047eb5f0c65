import JobModel

/// Decides whether a firing may start now, beside what is running. Pure.
struct Admission {
    enum Verdict: Equatable {
        case start
        /// Not yet, and why.
        case wait(RunReason)
        /// Not at all, and why.
        case skip(RunReason)
        /// Not yet: the job's own run has to be stopped first.
        case replace
    }

    /// Runs at the same time.
    let concurrency: Int
    /// Runs at the same time on one server.
    let concurrencyPerServer: Int?

    /// `running` counts the runs that live; `isSuperseded` tells that a newer firing of the job waits.
    func verdict(
        on firing: Agenda.Firing, of entry: ScheduledJob, running: Occupancy, isSuperseded: Bool,
        waitsFor reason: RunReason?, now: CivilTime
    ) -> Verdict {
        if entry.job.isPaused || entry.isHeld { return .skip(.paused) }
        if let window = entry.job.window,
            now.secondsSinceEpoch - firing.instant.secondsSinceEpoch > Int(window.components.seconds)
        {
            return .skip(.window)
        }
        let mustRun = firing.trigger == .catchUp && entry.job.misfire.catchUp == .all
        // At most one firing of a job waits; those that may run beside each other had their chance.
        if isSuperseded, !mustRun, entry.job.overlap != .allow || reason != nil { return .skip(reason ?? .overlap) }
        if running.count(of: entry.job.name) > 0 {
            switch entry.job.overlap {
            case .skip: return mustRun ? .wait(.overlap) : .skip(.overlap)
            case .queue: return .wait(.replaced)
            // What is caught up one after the other must not stop itself.
            case .replace: return mustRun ? .wait(.overlap) : .replace
            case .allow: break
            }
        }
        if running.conflicts(with: entry) { return .wait(.conflict) }
        return hasRoom(for: entry, beside: running) ? .start : .wait(.capacity)
    }

    private func hasRoom(for entry: ScheduledJob, beside running: Occupancy) -> Bool {
        guard running.count < concurrency else { return false }
        guard let server = entry.server, let limit = concurrencyPerServer else { return true }
        return running.count(onServer: server) < limit
    }
}
