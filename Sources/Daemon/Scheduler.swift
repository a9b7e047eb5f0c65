import Foundation
package import JobModel
package import Logging
package import Operations
import Synchronization

/// Runs due jobs for ever. Since the instant at which a job's promise begins, every scheduled instant gets exactly one
/// record: a run that was started, or the reason why there was none.
///
/// One task calls ``pass()`` again and again; runs end meanwhile.
package actor Scheduler {
    /// Starts a run that is claimed, and returns it as it ended.
    package typealias Execute = @Sendable (ScheduledJob, Run, StopSignal) async -> Run

    let clock: any WallClock
    let diary: RunDiary
    let host: String
    let logger: Logger
    let execute: Execute
    /// Tells people of runs that never started.
    let announce: @Sendable (ScheduledJob, [Run]) async -> Void
    /// The last instant of each job that its store knows of, asked where the history knows nothing.
    let lastKnownInstants: @Sendable ([ScheduledJob]) async -> [String: CivilTime]
    /// Whether several daemons share the history: then nothing starts that could not be claimed.
    let historyIsShared: Bool
    /// The schedule that a promise of an earlier life was made of.
    let readSchedule: @Sendable (_ promise: SchedulePromise) -> Schedule?
    /// Whether the process that a run belongs to is gone; `silence` is how long its host has not said that it lives.
    let isGone: @Sendable (_ run: Run, _ silence: Duration) -> Bool
    /// How long this process lives, by a clock that is never set.
    let uptime: @Sendable () -> Duration
    /// Records of runs that never started are computed and written in portions of this size.
    let recordsAtOnce: Int
    /// Runs that are due must not wait long for the records of those that were missed.
    static let portionsPerPass = 10

    var settings: DaemonSettings
    var states: [String: JobState] = [:]
    /// Names in the order of the job file.
    var order: [String] = []
    var running: [RunID: Occupant] = [:]
    /// Records of runs that never started, yet to be written; and those of which nobody was told yet.
    var unwrittenRecords: [Run] = []
    var untold: [Run] = []
    /// Stretches of instants that start nothing and have no records yet, in the order in which they are written.
    var misses: [MissedStretch] = []
    /// Jobs that are no more, whose promises are yet to be removed.
    var departed: Set<String> = []
    /// Whether the last pass left records that could have been written.
    var hasBacklog = false
    /// Whether work is over that needed much memory.
    var hasGarbage = true
    /// A job file that was taken over and takes effect with the next pass.
    var reloaded: (settings: DaemonSettings, jobs: [ScheduledJob])?
    var watch: ClockWatch
    var startedAt: CivilTime
    var seenGeneration = 0
    /// Whether the jobs of the job file were taken over.
    var hasBegun = false
    /// Whether the promises of an earlier life were read.
    var knowsEarlierLife = false
    var lastHousekeeping: CivilTime?
    var hosts = HostWatch()
    /// What became of firings since this process began.
    var tally = RunTally()
    /// Jobs that somebody has paused by an order, whatever the job file says.
    var held: Set<String> = []
    /// Counts orders that changed ``held``; those up to ``heldWritten`` are in the history.
    var heldChanges = 0
    var heldWritten = 0
    /// Fewer runs at the same time than the job file allows; nil where nobody ordered that.
    var startLimit: Int?
    /// Runs by order, claimed already.
    var ordered: [Start] = []
    private nonisolated let drainRequest = Mutex(false)
    nonisolated var isDraining: Bool { drainRequest.withLock { $0 } }
    let bell = Bell()

    /// Why nothing is started at present: a clock that cannot be right; nil where all is well.
    package internal(set) var refusal: String? {
        didSet { if refusal == nil { oldAcceptances = nil } }
    }
    /// Acceptances of a clock that were on record before this clock was refused, and say nothing of it.
    var oldAcceptances: Set<RunID>?
    /// How often the clock was set back by so much that the accounts were corrected.
    package internal(set) var clockSteps = 0

    struct Occupant {
        let entry: ScheduledJob
        let run: Run
        let stop: StopSignal
    }

    /// A run to start, claimed already.
    struct Start: Sendable {
        let entry: ScheduledJob
        let run: Run
        let stop: StopSignal
    }

    package init(
        settings: DaemonSettings, clock: any WallClock, notBefore: CivilTime, diary: RunDiary, host: String,
        logger: Logger, recordsAtOnce: Int = 5_000,
        lastKnownInstants: @escaping @Sendable ([ScheduledJob]) async -> [String: CivilTime],
        readSchedule: @escaping @Sendable (SchedulePromise) -> Schedule?,
        uptime: @escaping @Sendable () -> Duration, isGone: @escaping @Sendable (Run, Duration) -> Bool,
        announce: @escaping @Sendable (ScheduledJob, [Run]) async -> Void, execute: @escaping Execute
    ) {
        self.settings = settings
        self.clock = clock
        self.diary = diary
        self.host = host
        self.logger = logger
        self.recordsAtOnce = recordsAtOnce
        self.lastKnownInstants = lastKnownInstants
        self.readSchedule = readSchedule
        self.isGone = isGone
        self.uptime = uptime
        self.announce = announce
        self.execute = execute
        if case .postgres = settings.state { historyIsShared = true } else { historyIsShared = false }
        startedAt = CivilTime(clock.now)
        watch = ClockWatch(notBefore: notBefore, latest: startedAt)
    }

    // MARK: - The loop

    /// Runs `jobs` until ``drain()``, then waits for what still runs, at most ``DaemonSettings/shutdownGrace``, and
    /// stops the rest. `alive` is called after each pass.
    package func run(_ jobs: [ScheduledJob], alive: @Sendable () -> Void) async {
        await begin(jobs)
        await withDiscardingTaskGroup { group in
            while !isDraining, !Task.isCancelled {
                for start in await pass() + takeOrdered() { group.addTask { await self.perform(start) } }
                alive()
                giveMemoryBack()
                await bell.wait(atMost: pause())
            }
            for start in takeOrdered() { group.addTask { await self.perform(start) } }
            await finishRunning()
        }
    }

    /// Starts nothing more, and lets ``run(_:alive:)`` end.
    package nonisolated func drain() {
        drainRequest.withLock { $0 = true }
        bell.ring()
    }

    /// After the start, a new job file or a long list of misses much memory is of no more use.
    private func giveMemoryBack() {
        guard hasGarbage, !hasBacklog else { return }
        hasGarbage = false
        IdleMemory.giveBack()
    }

    private func perform(_ start: Start) async {
        let ended = await execute(start.entry, start.run, start.stop)
        await hasEnded(ended)
    }

    /// Until the next firing, but never longer than 15 s: the wall clock may jump.
    func pause() -> Duration {
        if hasBacklog { return .zero }
        let now = clock.now
        let starts = states.values.flatMap { $0.waiting.compactMap(\.notBefore) }.filter { $0 > CivilTime(now) }
        guard let next = (states.values.compactMap(\.nextInstant) + starts).min(), refusal == nil else {
            return .seconds(15)
        }
        let seconds = next.date.timeIntervalSince(now)
        return .milliseconds(Int(min(max(seconds, 0), 15) * 1_000) + 1)
    }

    private func finishRunning() async {
        guard !running.isEmpty else { return }
        logger.notice("Waiting for runs to end", metadata: ["runs": "\(running.count)"])
        let clock = ContinuousClock()
        let deadline = clock.now + settings.shutdownGrace
        while !running.isEmpty, clock.now < deadline {
            await bell.wait(atMost: clock.now.duration(to: deadline))
        }
        for occupant in running.values { occupant.stop.stop(.shutdown) }
    }

    /// A run has ended: its place is free, and jobs that follow it are due.
    func hasEnded(_ run: Run) async {
        running[run.id] = nil
        states[run.job]?.running.remove(run.id)
        tally.add(run)
        if run.outcome == .succeeded || run.outcome == .partial, let endedAt = run.endedAt {
            for name in order where states[name]?.entry.job.trigger == .after(run.job) {
                states[name]?.follow([endedAt])
            }
        }
        bell.ring()
    }
}
