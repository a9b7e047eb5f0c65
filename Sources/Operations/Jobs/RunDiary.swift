package import JobModel
package import Logging

/// Keeps the history for whoever runs jobs, and bears its failures: a history that cannot be written is a warning,
/// never a failed job. What could not be written is kept, up to a limit, and written once it can be.
package actor RunDiary: JobMemory {
    /// What became of a claim.
    package enum Claim: Sendable {
        /// These runs are ours.
        case granted(Set<RunID>)
        /// The history did not answer.
        case unavailable
    }

    /// Runs whose last state is kept until it can be written.
    private static let mostUnwritten = 10_000
    /// Lines of logs that are kept until they can be written; beyond it the oldest go.
    private static let mostUnwrittenLines = 5_000

    private let open: @Sendable () async throws -> any RunLedger
    private let logger: Logger
    private var ledger: (any RunLedger)?
    private var unwritten: [RunID: Entry] = [:]
    /// Oldest first.
    private var unwrittenOrder: [RunID] = []
    /// Oldest first.
    private var unwrittenLines: [(run: RunID, line: RunLogLine)] = []

    /// How often the history was opened: after a change, promises have to be recorded again.
    package private(set) var generation = 0
    /// Why the history does not work at present; nil where it does.
    package private(set) var trouble: String?

    private struct Entry {
        var run: Run
        /// Whether the history knows the run.
        var isClaimed: Bool
    }

    /// `open` is called at first use, and again after each failure.
    package init(logger: Logger, open: @escaping @Sendable () async throws -> any RunLedger) {
        self.logger = logger
        self.open = open
    }

    // MARK: - Writing

    /// Records that these runs start now; see ``RunLedger/claim(_:)``. With `unavailable` nothing is recorded: a run
    /// that starts all the same is handed to ``adopt(_:)``.
    package func claim(_ runs: [Run]) async -> Claim {
        guard !runs.isEmpty else { return .granted([]) }
        guard let granted = await attempt({ try await $0.claim(runs) }) else { return .unavailable }
        return .granted(granted)
    }

    /// Takes on runs that start although they could not be claimed.
    package func adopt(_ runs: [Run]) {
        for run in runs { keep(run, isClaimed: false) }
    }

    /// Records runs that never started. False where it could not be done; the caller tries again.
    package func record(_ runs: [Run]) async -> Bool {
        guard !runs.isEmpty else { return true }
        return await attempt { try await $0.record(runs) } != nil
    }

    /// Records promises. False where it could not be done.
    package func record(_ promises: [SchedulePromise]) async -> Bool {
        guard !promises.isEmpty else { return true }
        return await attempt { try await $0.record(promises) } != nil
    }

    package func removePromises(of jobs: [String]) async -> Bool {
        guard !jobs.isEmpty else { return true }
        return await attempt { try await $0.removePromises(of: jobs) } != nil
    }

    /// Records a run's later state, now or later.
    package func update(_ run: Run) async {
        if unwritten[run.id] != nil {
            keep(run, isClaimed: unwritten[run.id]?.isClaimed == true)
            await flush()
        } else if await attempt({ try await $0.update(run) }) == nil {
            keep(run, isClaimed: true)
        }
    }

    /// Adds lines to a run's log, now or later.
    package func append(_ lines: [RunLogLine], to run: RunID) async {
        guard !lines.isEmpty else { return }
        unwrittenLines += lines.map { (run, $0) }
        await writeLines(of: run)
    }

    package func withdraw(dueAfter instant: CivilTime) async -> Bool {
        await attempt { try await $0.withdraw(dueAfter: instant) } != nil
    }

    package func forget(endedBefore instant: CivilTime) async {
        _ = await attempt { try await $0.forget(endedBefore: instant) }
    }

    package func beat(host: String, at instant: CivilTime) async {
        _ = await attempt { try await $0.beat(host: host, at: instant) }
    }

    /// Writes what could not be written before.
    package func flush() async {
        guard await writeRuns() else { return }
        for run in Set(unwrittenLines.map(\.run)) {
            guard await writeLines(of: run) else { return }
        }
    }

    /// False where something is left.
    private func writeRuns() async -> Bool {
        for id in unwrittenOrder {
            guard let entry = unwritten[id] else { continue }
            let isWritten: Void? = await attempt { ledger in
                if !entry.isClaimed { _ = try await ledger.claim([entry.run]) }
                try await ledger.update(entry.run)
            }
            guard isWritten != nil else { return false }
            settle(entry)
        }
        return true
    }

    /// False where the history does not work. Lines of a run that the history does not know yet wait for it.
    @discardableResult
    private func writeLines(of run: RunID) async -> Bool {
        guard unwritten[run]?.isClaimed ?? true else { return true }
        let taken = unwrittenLines.filter { $0.run == run }
        guard !taken.isEmpty else { return true }
        unwrittenLines.removeAll { $0.run == run }
        if await attempt({ try await $0.append(taken.map(\.line), to: run) }) != nil { return true }
        unwrittenLines = (taken + unwrittenLines).suffix(Self.mostUnwrittenLines)
        return false
    }

    // MARK: - Reading

    /// Nil where the history does not answer.
    package func promises() async -> [SchedulePromise]? { await attempt { try await $0.promises() } }
    package func unfinished() async -> [Run]? { await attempt { try await $0.unfinished() } }
    package func runs(_ query: RunQuery) async -> [Run]? { await attempt { try await $0.runs(query) } }
    package func beats() async -> [String: CivilTime]? { await attempt { try await $0.beats() } }

    // MARK: - What jobs remember

    package func memory(named name: String) async -> String? {
        await attempt { try await $0.memory(named: name) } ?? nil
    }

    package func remember(_ text: String?, as name: String) async -> Bool {
        await attempt { try await $0.remember(text, as: name) } != nil
    }

    // MARK: - Failures

    private func keep(_ run: Run, isClaimed: Bool) {
        if unwritten.updateValue(Entry(run: run, isClaimed: isClaimed), forKey: run.id) == nil {
            unwrittenOrder.append(run.id)
        }
        if unwrittenOrder.count > Self.mostUnwritten {
            unwritten[unwrittenOrder.removeFirst()] = nil
        }
    }

    /// Forgets what is written, unless it changed while it was being written.
    private func settle(_ entry: Entry) {
        let id = entry.run.id
        guard unwritten[id]?.run == entry.run else {
            unwritten[id]?.isClaimed = true
            return
        }
        // A run that still lives will have an end to write.
        unwritten[id] = nil
        unwrittenOrder.removeAll { $0 == id }
    }

    private func attempt<Result: Sendable>(
        _ work: @Sendable (any RunLedger) async throws -> Result
    ) async -> Result? {
        do {
            let ledger = try await opened()
            let result = try await work(ledger)
            if trouble != nil {
                trouble = nil
                logger.notice("The history can be written again")
            }
            return result
        } catch is CancellationError {
            return nil
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            if trouble != reason {
                logger.warning("The history cannot be used", metadata: ["error": "\(reason)"])
            }
            trouble = reason
            await drop()
            return nil
        }
    }

    /// Closes the history; a later call opens it again. What could not be written before is tried first, again and again
    /// for at most `patience`, and what is lost then is said. Default: 2 s.
    package func close(patience: Duration = .seconds(2)) async {
        let deadline = ContinuousClock.now + patience
        await flush()
        while !unwritten.isEmpty || !unwrittenLines.isEmpty, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { break }
            await flush()
        }
        if !unwritten.isEmpty {
            let jobs = Set(unwritten.values.map(\.run.job)).sorted().joined(separator: ", ")
            logger.error(
                "Runs are not in the history", metadata: ["runs": "\(unwritten.count)", "job.names": "\(jobs)"])
        }
        await drop()
    }

    /// After a failure: the next call opens it again.
    private func drop() async {
        let closing = ledger
        ledger = nil
        await closing?.close()
    }

    private func opened() async throws -> any RunLedger {
        if let ledger { return ledger }
        let opened = try await open()
        ledger = opened
        generation += 1
        return opened
    }
}
