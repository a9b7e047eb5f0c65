import JobModel
import Logging
import Operations
import TestSupport

@testable import Daemon

/// A scheduler without a daemon: the test moves the clock, asks for passes, and says when runs end.
final class SchedulerBench {
    let clock: ManualClock
    let ledger: MemoryLedger
    let told = Journal<Run>()
    private(set) var scheduler: Scheduler
    private(set) var life = 1
    /// Runs that live, of this life.
    private(set) var live: [RunID: Scheduler.Start] = [:]
    /// Every instant that was ever started, by job.
    private(set) var started: [String: [CivilTime]] = [:]
    let settings: DaemonSettings
    private let isGone: @Sendable (Run, Duration) -> Bool
    private let lastKnown: CivilTime?
    private let recordsAtOnce: Int

    init(
        at now: CivilTime = .example(0), settings: DaemonSettings = DaemonSettings(),
        ledger: MemoryLedger = MemoryLedger(),
        lastKnown: CivilTime? = nil, catchUpSpread: Duration = .zero, recordsAtOnce: Int = 5_000,
        isGone: (@Sendable (Run, Duration) -> Bool)? = nil
    ) {
        clock = ManualClock(now)
        self.ledger = ledger
        self.lastKnown = lastKnown
        var settings = settings
        settings.catchUpSpread = catchUpSpread
        self.settings = settings
        self.recordsAtOnce = recordsAtOnce
        // Without a word of the test's, every run of an earlier life.
        self.isGone = isGone ?? { run, _ in run.host.hasPrefix("life-") }
        scheduler = Self.scheduler(
            settings, clock, ledger, life: 1, told: told, lastKnown: lastKnown, recordsAtOnce: recordsAtOnce,
            isGone: self.isGone)
    }

    private static func scheduler(
        _ settings: DaemonSettings, _ clock: ManualClock, _ ledger: MemoryLedger, life: Int, told: Journal<Run>,
        lastKnown: CivilTime?, recordsAtOnce: Int, isGone: @escaping @Sendable (Run, Duration) -> Bool
    ) -> Scheduler {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let host = "life-\(life)"
        return Scheduler(
            settings: settings, clock: clock, notBefore: CivilTime(secondsSinceEpoch: 1_700_000_000),
            diary: RunDiary(logger: logger) { ledger }, host: host, logger: logger, recordsAtOnce: recordsAtOnce,
            lastKnownInstants: { jobs in
                Dictionary(uniqueKeysWithValues: jobs.compactMap { job in lastKnown.map { (job.job.name, $0) } })
            },
            readSchedule: { Schedule(reading: $0.schedule, zones: ZoneDatabase()) },
            uptime: { .seconds(CivilTime(clock.now).secondsSinceEpoch) },
            isGone: { run, silence in run.host != host && isGone(run, silence) },
            announce: { _, runs in for run in runs { told.add(run) } },
            execute: { _, run, _ in run })
    }

    var now: CivilTime { CivilTime(clock.now) }

    func begin(_ jobs: [ScheduledJob]) async {
        await scheduler.begin(jobs)
    }

    /// One look at the clock; notes what was started.
    @discardableResult
    func pass() async -> [Run] {
        let starts = await scheduler.pass()
        for start in starts {
            live[start.run.id] = start
            if let instant = start.run.scheduledAt { started[start.run.job, default: []].append(instant) }
        }
        return starts.map(\.run)
    }

    @discardableResult
    func pass(after seconds: Int) async -> [Run] {
        clock.advance(by: Double(seconds))
        return await pass()
    }

    func end(_ id: RunID, _ outcome: RunOutcome = .succeeded) async throws {
        guard let start = live.removeValue(forKey: id) else { return }
        var run = start.run
        run.outcome = outcome
        run.endedAt = now
        try await ledger.update(run)
        await scheduler.hasEnded(run)
    }

    func endAll(_ outcome: RunOutcome = .succeeded) async throws {
        for id in live.keys { try await end(id, outcome) }
    }

    /// The process dies, and another begins.
    func restart(_ jobs: [ScheduledJob]) async {
        life += 1
        live = [:]
        scheduler = Self.scheduler(
            settings, clock, ledger, life: life, told: told, lastKnown: lastKnown, recordsAtOnce: recordsAtOnce,
            isGone: isGone)
        await begin(jobs)
    }

    func runs(of job: String) async throws -> [Run] {
        var query = RunQuery()
        query.job = job
        query.limit = .max
        return try await ledger.runs(query).sorted {
            ($0.scheduledAt?.secondsSinceEpoch ?? 0) < ($1.scheduledAt?.secondsSinceEpoch ?? 0)
        }
    }
}

extension ScheduledJob {
    /// A backup job of that name; `change` sets what matters to the test.
    static func example(
        _ name: String = "nightly", _ trigger: JobTrigger = .every(seconds: 600), server: String? = nil,
        _ change: (inout Job) -> Void = { _ in }
    ) -> ScheduledJob {
        var job = Job(name: name, kind: .backup(BackupJob(database: "shop", stores: ["local"])))
        job.trigger = trigger
        change(&job)
        return ScheduledJob(
            job: job, in: Configuration(),
            schedule: Schedule(job: name, trigger: job.trigger, zone: .utc, spread: job.spread),
            server: server)
    }
}
