import JobModel
import Operations

/// What the stores hold, read from time to time and after each run that changes it; never because somebody looks.
actor StoreReadings {
    typealias Open = @Sendable (StoreTarget) throws -> BackupShelf

    struct Facts: Sendable {
        var stores: [StoreStatus] = []
        /// Newest first, of all stores; nil for a job whose stores could not be read yet.
        var backups: [String: [BackupSummary]] = [:]
    }

    /// A reading of everything.
    static let interval = Duration.seconds(900)
    /// No store is waited for longer, so that one which hangs keeps nobody from the others.
    private static let patience = Duration.seconds(120)
    private static let probePatience = Duration.seconds(10)

    private let configuration: @Sendable () -> Configuration
    private let open: Open
    private var shelves: [String: (target: StoreTarget, shelf: BackupShelf)] = [:]
    private var readings: [String: BackupShelf.Reading] = [:]
    private var troubles: [String: String] = [:]
    private var asked: Set<String> = []

    init(configuration: @escaping @Sendable () -> Configuration, open: @escaping Open) {
        self.configuration = configuration
        self.open = open
    }

    /// What was read last.
    var facts: Facts {
        let configuration = configuration()
        var facts = Facts()
        facts.stores = configuration.stores.map { target in
            var status = StoreStatus(name: target.name, url: target.location.url)
            if asked.contains(target.name) { status.isUp = troubles[target.name] == nil }
            status.trouble = troubles[target.name]
            if let reading = readings[target.name] {
                status.backups = reading.backups.count
                status.bytes = reading.backups.reduce(0) { $0 + $1.bytesStored }
                status.unreadable = reading.unreadable.count
            }
            return status
        }
        for (name, stores) in Self.storesOfJobs(configuration) {
            let read = stores.compactMap { readings[$0] }
            guard !read.isEmpty else { continue }
            facts.backups[name] = read.flatMap { $0.backups.filter { $0.job == name } }
                .sorted { ($0.id.description, $1.store) > ($1.id.description, $0.store) }
        }
        return facts
    }

    /// Reads all stores, one after the other, because it is nobody's hurry.
    func readAll() async {
        for target in configuration().stores where !Task.isCancelled {
            await ask(target, patience: Self.patience) { shelf, jobs in try await shelf.read(jobs) }
        }
        let names = Set(configuration().stores.map(\.name))
        shelves = shelves.filter { names.contains($0.key) }
        readings = readings.filter { names.contains($0.key) }
    }

    /// Asks each store for one small listing.
    func probe() async {
        await withDiscardingTaskGroup { group in
            for target in configuration().stores {
                group.addTask {
                    await self.ask(target, patience: Self.probePatience) { shelf, jobs in
                        if let job = jobs.first { try await shelf.probe(job) }
                        return nil
                    }
                }
            }
        }
    }

    private func ask(
        _ target: StoreTarget, patience: Duration,
        _ question: @escaping @Sendable (BackupShelf, [String]) async throws -> BackupShelf.Reading?
    ) async {
        let stores = Self.storesOfJobs(configuration())
        let jobs = stores.filter { $0.value.contains(target.name) }.keys.sorted()
        do {
            let shelf = try shelf(of: target)
            let reading = try await Patience.atMost(patience) { try await question(shelf, jobs) }
            if let reading { readings[target.name] = reading }
            troubles[target.name] = nil
        } catch is CancellationError {
            return
        } catch {
            troubles[target.name] = Patience.reason(error, patience: patience)
        }
        asked.insert(target.name)
    }

    private func shelf(of target: StoreTarget) throws -> BackupShelf {
        if let known = shelves[target.name], known.target == target { return known.shelf }
        readings[target.name] = nil
        let shelf = try open(target)
        shelves[target.name] = (target, shelf)
        return shelf
    }

    private static func storesOfJobs(_ configuration: Configuration) -> [String: [String]] {
        var stores: [String: [String]] = [:]
        for job in configuration.jobs {
            if case .backup(let backup) = job.kind { stores[job.name] = backup.stores }
        }
        return stores
    }
}
