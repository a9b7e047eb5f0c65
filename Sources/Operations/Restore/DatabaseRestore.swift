import Archive
import JobModel
import ObjectStorage
import Postgres

/// Puts a backup into an empty database, without local disk: definitions by stock pg_restore from the table of
/// contents alone, rows by our own sessions straight from the store, then the rest by pg_restore again.
struct DatabaseRestore: Sendable {
    struct Options: Sendable {
        var jobs = 4
        /// For scratch databases: subscriptions would reach out to the publisher, tablespaces are not there.
        var isScratch = false
        var leastBytesToShare = 32 << 20
        /// The entries to be made, by dump id; nil for all. Their definitions are made in one transaction: the database
        /// may hold other things.
        var entries: Set<Int>?
        /// Told when the definitions are made, and stay whatever happens.
        var hasDefined: @Sendable () -> Void = {}
    }

    /// Seconds of each phase.
    struct Timings: Sendable {
        var definitions = 0.0
        var data = 0.0
        var indexes = 0.0
    }

    let context: OperationContext
    let source: BackupSource
    let contents: TableOfContents
    let target: ConnectionInfo
    let pgRestore: ClientTool
    let options: Options
    let warnings: Warnings

    func run() async throws -> Timings {
        var timings = Timings()
        try await PrivateDirectory.with(in: context.temporaryDirectory, runID: context.runID) { directory in
            try PrivateDirectory.write(try await source.readObject(named: "toc.dat"), to: "\(directory)/toc.dat")
            try PrivateDirectory.write(Self.entryList(contents, only: options.entries), to: "\(directory)/entries.list")
            let stock = StockRestore(
                pgRestore: pgRestore, target: target, directory: directory, contents: contents, options: options,
                settings: pinnedSettings)

            context.reporter.report(.phase("making the definitions"))
            let definitions = Stopwatch()
            try await makeSchemas()
            let part = options.entries == nil ? [] : ["--single-transaction"]
            try await stock.run(
                ["--section=pre-data", "--use-list=\(directory)/entries.list"] + part, step: "making the definitions")
            options.hasDefined()
            timings.definitions = definitions.seconds

            context.reporter.report(
                .expected(items: source.manifest.tables.count, bytes: source.manifest.totals.bytesRaw))
            context.reporter.report(.phase("loading \(source.manifest.tables.count) tables"))
            let data = Stopwatch()
            let loaders = LoadWorkers(
                source: source, contents: contents, target: target, context: context, warnings: warnings,
                jobs: options.jobs, leastBytesToShare: options.leastBytesToShare)
            try await loaders.run()
            timings.data = data.seconds

            context.reporter.report(.phase("building indexes and constraints"))
            let indexes = Stopwatch()
            try await finish(stock, loaders: loaders, list: "\(directory)/entries.list")
            timings.indexes = indexes.seconds
        }
        return timings
    }

    /// Up to archive version 1.15 large objects exist after the definitions; from 1.16 on they are made with the rest
    /// of the data section, so their contents come after it.
    private func finish(_ stock: StockRestore, loaders: LoadWorkers, list: String) async throws {
        let step = "building indexes and constraints"
        guard contents.version >= ArchiveVersion(1, 16), source.manifest.largeObjects.count > 0 else {
            try await loaders.runLargeObjects()
            return try await stock.run(["--section=data", "--section=post-data"], list: list, step: step)
        }
        try await stock.run(["--section=data"], list: list, step: "making large objects")
        try await loaders.runLargeObjects()
        try await stock.run(["--section=post-data"], list: list, step: step)
    }

    /// A backup of chosen tables holds neither their schemas nor the extensions that might make them.
    private func makeSchemas() async throws {
        guard source.manifest.archive.filters.contains(where: { $0.hasPrefix("--table=") }) else { return }
        let entries = contents.entries.filter { options.entries?.contains($0.dumpID) ?? true }
        let there = Set(entries.filter { $0.desc == "SCHEMA" }.map(\.tag)).union(["public", "pg_catalog", ""])
        let missing = Set(entries.compactMap(\.namespace)).subtracting(there)
        guard !missing.isEmpty else { return }
        let session = try await Session.open(target, applicationName: context.applicationName)
        do {
            for schema in missing.sorted() {
                try await session.execute("CREATE SCHEMA IF NOT EXISTS \(schema.quotedAsIdentifier)")
            }
        } catch {
            await session.close()
            throw error
        }
        await session.close()
    }

    /// Settings that change what COPY accepts; pg_restore's own statements run under them too.
    private var pinnedSettings: String {
        "-c array_nulls=on -c xmloption=content -c default_transaction_read_only=off"
    }

    /// All entries but the rows and large objects that we load: one `dumpId;` a line is all that pg_restore reads.
    static func entryList(_ contents: TableOfContents, only dumpIDs: Set<Int>? = nil) -> [UInt8] {
        let lines = contents.entries.filter { entry in
            !entry.isTableData && !entry.isBlobs && dumpIDs?.contains(entry.dumpID) ?? true
        }.map { "\($0.dumpID);\n" }
        return Array(lines.joined().utf8)
    }
}
