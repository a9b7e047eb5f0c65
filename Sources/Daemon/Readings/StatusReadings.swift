package import JobModel
package import Operations
import ServiceLifecycle
import Synchronization

/// Gathers a ``StatusBoard`` for those who look, and reads for it what takes time: databases when somebody asks, stores
/// from time to time. Nobody who looks makes a server or a store work more than once in some seconds.
package struct StatusReadings: Service {
    /// Who this daemon is.
    package struct Identity: Sendable {
        let version: String
        let host: String

        package init(version: String, host: String) {
            self.version = version
            self.host = host
        }
    }

    /// How old an answer of a database may be, and one of a store where readiness is asked for.
    private static let databaseAge = Duration.seconds(10)
    private static let storeAge = Duration.seconds(60)
    /// After a run that changed a store it is read, but not more often than this.
    private static let look = Duration.seconds(10)

    private let scheduler: Scheduler
    private let identity: Identity
    private let clock: any WallClock
    private let configuration: @Sendable () -> Configuration
    private let live: LiveProgress
    private let news: JobFileNews
    private let history: HistoryReadings
    private let stores: StoreReadings
    private let databases: OnDemand<[DatabaseStatus]>
    private let storeProbes: OnDemand<Bool>
    private let wishes = WishCount()

    /// `configuration` is the job file in force; `probe` asks a database, `open` opens a store: neither is called before
    /// the service runs.
    package init(
        scheduler: Scheduler, diary: RunDiary, identity: Identity, clock: any WallClock, live: LiveProgress,
        news: JobFileNews, configuration: @escaping @Sendable () -> Configuration,
        probe: @escaping @Sendable (DatabaseTarget) async throws -> HealthValues,
        open: @escaping @Sendable (StoreTarget) throws -> BackupShelf
    ) {
        self.scheduler = scheduler
        self.identity = identity
        self.clock = clock
        self.configuration = configuration
        self.live = live
        self.news = news
        history = HistoryReadings(diary: diary)
        let stores = StoreReadings(configuration: configuration, open: open)
        self.stores = stores
        let reader = DatabaseReadings(configuration: configuration, probe: probe)
        databases = OnDemand { await reader.read() }
        storeProbes = OnDemand {
            await stores.probe()
            return true
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await databases.run() }
                group.addTask { await storeProbes.run() }
                group.addTask { await watchStores() }
            }
        }
    }

    private func watchStores() async {
        var seen: [String: Int] = [:]
        var readAt: ContinuousClock.Instant?
        while !Task.isCancelled {
            let changes = await changesOfStores()
            if readAt.map({ ContinuousClock.now - $0 > StoreReadings.interval }) ?? true || changes != seen {
                await stores.readAll()
                (seen, readAt) = (changes, .now)
            }
            try? await Task.sleep(for: Self.look)
        }
    }

    /// Counts of the jobs that make, prove or delete backups; a store that comes or goes counts too.
    private func changesOfStores() async -> [String: Int] {
        let snapshot = await scheduler.snapshot()
        var changes = snapshot.tally.changes.filter { name, _ in
            let kind = snapshot.jobs.first { $0.entry.job.name == name }?.entry.job.kind.name
            return kind == "backup" || kind == "verify" || kind == "prune"
        }
        changes["by wish"] = wishes.count
        for target in configuration().stores { changes["\(target.name) \(target.location.url)"] = 0 }
        return changes
    }

    /// Something was changed in a store: it is read soon.
    package func readStoresSoon() { wishes.add() }

    // MARK: - For those who look

    /// How long somebody waits for what is old to be read again.
    package enum Wish: Sendable {
        /// Shows what there is.
        case atOnce
        /// Databases as they are now.
        case databases
        /// Also whether the stores answer.
        case everything
    }

    /// `firings` is how many coming instants of each job are computed.
    package func board(_ wish: Wish, firings: Int = 1) async -> StatusBoard {
        let patience: Duration = wish == .atOnce ? .milliseconds(250) : DatabaseReadings.patience + .seconds(2)
        async let asked = databases.value(noOlderThan: Self.databaseAge, patience: patience)
        if wish == .everything { _ = await storeProbes.value(noOlderThan: Self.storeAge, patience: patience) }
        let snapshot = await scheduler.snapshot()
        let facts = await history.facts(of: snapshot)
        let shelf = await stores.facts
        var board = StatusBoard(
            now: CivilTime(clock.now), version: identity.version, host: identity.host, startedAt: snapshot.startedAt)
        board.isStarting = snapshot.isStarting
        board.isDraining = snapshot.isDraining
        board.clockTrouble = snapshot.clockTrouble
        board.historyTrouble = await history.trouble
        board.jobFileRefusal = news.refusal
        board.concurrency = snapshot.concurrency
        board.tally = snapshot.tally
        board.process = .current
        board.stores = shelf.stores
        let budgets = Self.budgets(snapshot)
        let progress = live.all
        board.jobs = snapshot.jobs.map { state in
            var job = JobStatus(state, firings: firings, now: board.now, progress: progress)
            job.take(facts[job.name])
            job.backups = shelf.backups[job.name]
            job.timeBudgetInSeconds = budgets[job.name]
            return job
        }
        let names = configuration().databases.map(\.name)
        let known = Dictionary((await asked ?? []).map { ($0.name, $0) }) { first, _ in first }
        board.databases = names.map { known[$0] ?? DatabaseStatus(name: $0) }
        return board
    }

    /// By the backup job, the shortest of those that prove it.
    private static func budgets(_ snapshot: SchedulerSnapshot) -> [String: Int] {
        var budgets: [String: Int] = [:]
        for state in snapshot.jobs {
            guard case .verify(let verify) = state.entry.job.kind, let budget = verify.timeBudget else { continue }
            let seconds = Int(budget.components.seconds)
            budgets[verify.of] = min(budgets[verify.of] ?? seconds, seconds)
        }
        return budgets
    }
}

/// How often somebody wanted the stores read.
private final class WishCount: Sendable {
    private let state = Mutex(0)
    var count: Int { state.withLock { $0 } }
    func add() { state.withLock { $0 += 1 } }
}

extension JobStatus {
    fileprivate init(
        _ state: SchedulerSnapshot.JobState, firings: Int, now: CivilTime, progress: [RunID: LiveProgress.State]
    ) {
        let job = state.entry.job
        self.init(name: job.name, kind: job.kind.name)
        database = job.kind.database
        if case .verify(let verify) = job.kind { provenJob = verify.of }
        schedule = state.entry.promisedText
        isPausedByFile = job.isPaused
        isHeld = state.isHeld
        waitsFor = state.waitsFor
        running = state.running.map { RunningRun(run: $0, progress: progress[$0.id]) }
        guard let first = state.next else { return }
        next = [first]
        guard let schedule = state.entry.schedule, firings > 1 else { return }
        next += sequence(first: first) { schedule.nextFiring(after: $0) }.dropFirst().prefix(firings - 1)
    }

    fileprivate mutating func take(_ facts: HistoryReadings.Facts?) {
        guard let facts else { return }
        recent = facts.recent
        lastSuccess = facts.lastSuccess
        findings = facts.advice?.findings ?? []
        findingsAt = facts.adviceAt
    }
}
