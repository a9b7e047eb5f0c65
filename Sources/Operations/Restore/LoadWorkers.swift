import Archive
import JobModel
import Postgres

/// Several sessions that load tables, and later large objects, largest first.
///
/// Memory, however large tables and rows are: for each session at most 8 MiB of S3's answers
/// (``S3Settings/readsAhead``; nothing from a directory), and at most six pieces of rows of 0.5 to 1.5 MiB: one being
/// inflated, two between the tasks, one being sent, and libpq's own. Only rows that are routed through a partitioned
/// root with another order of columns are held whole, up to five of them.
struct LoadWorkers: Sendable {
    let source: BackupSource
    let contents: TableOfContents
    let target: ConnectionInfo
    let context: OperationContext
    let warnings: Warnings
    let jobs: Int
    /// A table with so much left to load is shared among sessions that have nothing else to do.
    let leastBytesToShare: Int
    /// Below this truncating costs more than freezing saves.
    var leastBytesToLoadAlone = 4 << 20

    func run() async throws {
        let tableLoad = TableLoad(stream: VerifiedStream(source: source), reporter: context.reporter)
        let loads = try loads()
        let isOneToShare = loads.contains { $0.bytesLeft >= leastBytesToShare }
        try await share(loads, sessions: isOneToShare ? jobs : min(jobs, loads.count)) { load, session in
            try await tableLoad.run(load, on: session)
        } atEnd: { session in
            while let load = joined(loads) { try await tableLoad.takePart(in: load, load.statement, on: session) }
        }
    }

    /// One for each table, the largest first.
    private func loads() throws -> [SharedLoad] {
        let statements = Dictionary(
            contents.entries.compactMap { entry in entry.copyStmt.map { (entry.dumpID, $0) } }
        ) { first, _ in first }
        let tables = source.manifest.tables.sorted { $0.bytesRaw > $1.bytesRaw }
        let alone = LoadBalance.alone(
            tables.map { canBeLoadedAlone($0) ? $0.bytesRaw : nil },
            total: tables.reduce(0) { $0 + $1.bytesRaw }, sessions: jobs)
        return try zip(tables, alone).map { table, isAlone in
            guard let statement = statements[table.dumpID] else {
                throw ArchiveError.damaged(
                    object: "toc.dat", reason: "it has no entry \(table.dumpID), which the manifest names")
            }
            return SharedLoad(table, statement: statement, isAlone: isAlone)
        }
    }

    /// Rows that an extension has made must stay, and through a partitioned root nothing can be loaded this way.
    private func canBeLoadedAlone(_ table: Manifest.Table) -> Bool {
        table.bytesRaw >= leastBytesToLoadAlone && table.root == nil && table.condition == nil
    }

    /// The load that has the most before it, joined; nil where none is worth it.
    private func joined(_ loads: [SharedLoad]) -> SharedLoad? {
        guard let load = loads.max(by: { $0.bytesLeft < $1.bytesLeft }) else { return nil }
        return load.join(leastBytes: leastBytesToShare) ? load : nil
    }

    func runLargeObjects() async throws {
        let load = LargeObjectLoad(stream: VerifiedStream(source: source), reporter: context.reporter)
        let layout = try LargeObjectLayout(of: contents, source.manifest)
        let size = BackupPlanner.largeObjectsPerTask(isPacked: false)
        let items =
            layout.packs.sorted { $0.pack.bytes > $1.pack.bytes }.map(LargeObjectLoad.Item.pack)
            + layout.unpacked.batches(of: size).map(LargeObjectLoad.Item.objects)
        try await share(items, sessions: min(jobs, items.count)) { item, session in
            try await load.run(item, on: session)
        }
    }

    private func share<Item: Sendable>(
        _ items: [Item], sessions: Int, _ work: @escaping @Sendable (Item, Session) async throws -> Void,
        atEnd: @escaping @Sendable (Session) async throws -> Void = { _ in }
    ) async throws {
        let queue = WorkQueue(items)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<(items.isEmpty ? 0 : sessions) {
                group.addTask {
                    let session = try await openSession()
                    do {
                        while let item = queue.next() {
                            try Task.checkCancellation()
                            try await work(item, session)
                        }
                        try await atEnd(session)
                    } catch {
                        await session.close()
                        throw error
                    }
                    await session.close()
                }
            }
            try await group.waitForAll()
        }
    }

    private func openSession() async throws -> Session {
        try await TargetSession.open(
            target, for: .loading, manifest: source.manifest, applicationName: context.applicationName)
    }
}
