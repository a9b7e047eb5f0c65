import Archive
import JobModel
import Postgres

/// Several sessions that load tables, and later large objects, largest first.
struct LoadWorkers: Sendable {
    let source: BackupSource
    let contents: TableOfContents
    let target: ConnectionInfo
    let context: OperationContext
    let warnings: Warnings
    let jobs: Int

    func run() async throws {
        let load = TableLoad(stream: VerifiedStream(source: source), reporter: context.reporter)
        let statements = Dictionary(
            contents.entries.compactMap { entry in entry.copyStmt.map { (entry.dumpID, $0) } }
        ) { first, _ in first }
        let tables = source.manifest.tables.sorted { $0.bytesRaw > $1.bytesRaw }
        try await share(tables) { table, session in
            guard let statement = statements[table.dumpID] else {
                throw ArchiveError.damaged(
                    object: "toc.dat", reason: "it has no entry \(table.dumpID), which the manifest names")
            }
            try await load.run(table, statement: statement, on: session)
        }
    }

    func runLargeObjects() async throws {
        let load = LargeObjectLoad(stream: VerifiedStream(source: source), reporter: context.reporter)
        let oids = source.manifest.objects.compactMap { LargeObjectFile.oid(inObjectName: $0.name) }
        let size = BackupPlanner.largeObjectsPerTask
        let batches = stride(from: 0, to: oids.count, by: size).map { Array(oids[$0..<min($0 + size, oids.count)]) }
        try await share(batches) { batch, session in try await load.run(batch, on: session) }
    }

    private func share<Item: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item, Session) async throws -> Void
    ) async throws {
        let queue = WorkQueue(items)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(jobs, items.count) {
                group.addTask {
                    let session = try await openSession()
                    do {
                        while let item = queue.next() {
                            try Task.checkCancellation()
                            try await work(item, session)
                        }
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
