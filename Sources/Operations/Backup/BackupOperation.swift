import Archive
import Foundation
package import JobModel
package import ObjectStorage
package import Postgres

/// Backs up one database into one store, or into several at once.
///
/// The commit point is the manifest, put last: a run that is killed at any moment before leaves a prefix that nothing
/// takes for a backup, and a run that fails removes what it wrote. The manifest is the same, byte for byte, in every
/// store, so what proves the backup in one proves it in all.
package struct BackupOperation: Sendable {
    private let context: OperationContext
    private let connection: ConnectionInfo
    private let destinations: [BackupDestination]
    private let job: String?
    private let settings: BackupSettings
    private let warnings: Warnings
    /// Waits for the second by which the backup is named, and before a standby is tried again. Default: sleeps.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// `destinations` are at least one; the first is the primary one, and a store that is named twice counts once.
    /// `job` is the text of the backup's ``BackupSeries``; where it is nil the series is that of the database without a
    /// job.
    package init(
        context: OperationContext, connection: ConnectionInfo, destinations: [BackupDestination], job: String?,
        settings: BackupSettings
    ) {
        self.context = context
        self.connection = connection
        var seen: Set<StoreLocation> = []
        self.destinations = destinations.filter { seen.insert($0.store.location).inserted }
        self.job = job
        self.settings = settings
        warnings = Warnings(reporter: context.reporter)
    }

    /// Into one store.
    package init(
        context: OperationContext, connection: ConnectionInfo, store: any ObjectStore, job: String?,
        settings: BackupSettings
    ) {
        self.init(
            context: context, connection: connection,
            destinations: [BackupDestination(name: store.location.url, store: store)], job: job, settings: settings)
    }

    /// Plans and executes. Throws where no store has a backup; then nothing is left that `list` would show. Where some
    /// stores have it the outcome is ``RunOutcome/partial``.
    package func execute() async throws -> BackupReport {
        try await context.logged("backup", on: connection.displayText) {
            try await RecoveryConflict.retrying(server: connection.displayText, warnings: warnings, sleep: sleep) {
                try await backUp()
            }
        }
    }

    private func backUp() async throws -> BackupReport {
        try await withLeaderSession { session, facts, pgDump in
            let startedAt = try await startingSecond(database: facts.database.text)
            let stopwatch = Stopwatch()
            let name = backupName(startedAt: startedAt, database: facts.database.text)
            let destinations = DestinationSet(destinations, name: name, warnings: warnings)
            let heartbeats = Heartbeats(
                destinations: destinations, context: context, startedAt: startedAt,
                interval: settings.heartbeatInterval, warnings: warnings)
            do {
                try await heartbeats.begin()
                let manifest = try await heartbeats.beside {
                    try await Companion.run {
                        await destinations.cleanUpBehindFailures()
                    } beside: {
                        try await write(
                            name, destinations, startedAt: startedAt, stopwatch: stopwatch, session: session,
                            facts: facts, pgDump: pgDump)
                    }
                }
                await finish(destinations, heartbeats)
                return report(name, destinations, manifest: manifest)
            } catch {
                await destinations.removeEverything()
                throw error
            }
        }
    }

    /// Does all that ``execute()`` does before it writes, and tells what would be copied.
    package func preview() async throws -> BackupPreview {
        try await withLeaderSession { session, facts, pgDump in
            let begun = try await ConsistentStart(
                session: session, facts: facts, harvest: harvest(pgDump, of: session, facts: facts),
                rangeSizeInBytes: settings.rangeSizeInBytesInUse, patience: settings.lockWait,
                reporter: context.reporter, warnings: warnings
            ).begin()
            try await begun.leader.release()
            return preview(of: begun, facts: facts, pgDump: pgDump)
        }
    }

    private func preview(of begun: ConsistentStart.Begun, facts: ServerFacts, pgDump: ClientTool) -> BackupPreview {
        BackupPreview(
            plan: begun.plan, facts: facts, pgDump: pgDump,
            destination: destinations.map(\.store.location.url).joined(separator: " and "),
            workers: settings.workers, warnings: warnings.all)
    }

    // MARK: - Steps

    private func withLeaderSession<Result: Sendable>(
        _ body: (Session, ServerFacts, ClientTool) async throws -> Result
    ) async throws -> Result {
        context.reporter.report(.phase("connecting to \(connection.displayText)"))
        let session = try await Session.open(
            connection, applicationName: applicationName,
            // A hot standby cannot do it serializably, not even the first query.
            startupStatements: [
                "SET default_transaction_isolation = 'read committed'", DumpSessions.naming(applicationName),
            ])
        var isStandby = false
        do {
            try await session.refusePooler()
            for setting in SessionSettings.withoutTimeLimits(serverVersionNumber: session.server.versionNumber) {
                try await session.execute(setting)
            }
            let facts = try await ServerFacts.gather(session)
            isStandby = facts.isInRecovery
            if isStandby { try await judgeStandby(session) }
            for setting in SessionSettings.dumping(
                serverVersionNumber: facts.versionNumber, clientEncoding: facts.archiveEncoding)
            {
                try await session.execute(setting)
            }
            let pgDump = try await context.tools.client(.pgDump, forServer: facts.version)
            if let warning = pgDump.warning(forServer: facts.version) { warnings.add(warning) }
            let result = try await body(session, facts, pgDump)
            await session.close()
            return result
        } catch {
            let cause = isStandby ? await RecoveryConflict.cause(of: error, leader: session) : error
            await session.close()
            throw cause
        }
    }

    /// Throws ``StandbyError/behind(server:lagInSeconds:limit:)``.
    private func judgeStandby(_ session: Session) async throws {
        let age = try await StandbyAge.gather(on: session)
        if let warning = try age.warning(server: connection.displayText, limit: settings.maxStandbyLag) {
            warnings.add(warning)
        }
    }

    private func write(
        _ name: BackupName, _ destinations: DestinationSet, startedAt: CivilTime, stopwatch: Stopwatch,
        session: Session, facts: ServerFacts, pgDump: ClientTool
    ) async throws -> Manifest {
        let globals = try await globalsDump(of: session, facts: facts)?.run()
        context.reporter.report(.phase("locking tables and reading the table of contents"))
        let begun = try await ConsistentStart(
            session: session, facts: facts, harvest: harvest(pgDump, of: session, facts: facts),
            rangeSizeInBytes: settings.rangeSizeInBytesInUse, patience: settings.lockWait, reporter: context.reporter,
            warnings: warnings
        ).begin()
        try await crossCheck(begun.contents, pgDump: pgDump)
        context.reporter.report(.plan(try preview(of: begun, facts: facts, pgDump: pgDump).json()))
        context.reporter.report(
            .expected(items: begun.plan.itemCount, bytes: begun.plan.expectedBytes))
        context.reporter.report(.phase("copying \(begun.plan.tables.count) tables"))
        let results = try await copy(begun, to: destinations)
        if let warning = try await begun.leader.promotion() { warnings.add(warning) }
        try await begun.leader.release()
        context.reporter.report(.phase("writing the manifest"))
        return try await BackupCommit(
            context: context, settings: settings, name: name, destinations: destinations, begun: begun,
            globals: globals, results: results, pgDump: pgDump, startedAt: startedAt, stopwatch: stopwatch
        ).run()
    }

    private func copy(_ begun: ConsistentStart.Begun, to destinations: DestinationSet) async throws -> DumpResults {
        let session = begun.leader.session
        let rateLimit = settings.maxRateInBytes.map { RateLimit(bytesPerSecond: $0) }
        let workers = DumpWorkers(
            leader: begun.leader, connection: session.connectionInfo, applicationName: applicationName,
            encoding: begun.leader.facts.archiveEncoding,
            tableDump: TableDump(
                destinations: destinations, settings: settings, reporter: context.reporter, rateLimit: rateLimit),
            largeObjectDump: LargeObjectDump(
                destinations: destinations, settings: settings, reporter: context.reporter, rateLimit: rateLimit,
                modifiedAt: begun.leader.snapshot.takenAtSecondsSinceEpoch),
            warnings: warnings)
        let watch = LeaderWatch(
            session: session, snapshotAge: begun.leader.snapshotAge, maxSnapshotAge: settings.maxSnapshotAge,
            warnings: warnings)
        let results = try await Companion.run {
            try await Companion.every(settings.leaderCheckInterval) { try await watch.look() }
        } beside: {
            try await workers.run(begun.plan, workers: settings.workers)
        }
        watch.checkSnapshotAge()
        return results
    }

    private func harvest(_ pgDump: ClientTool, of session: Session, facts: ServerFacts) -> TOCHarvest {
        TOCHarvest(
            pgDump: pgDump, connection: session.connectionInfo, filters: settings.filters.clientArguments,
            encoding: facts.archiveEncoding.text)
    }

    /// Nil where the settings want none.
    private func globalsDump(of session: Session, facts: ServerFacts) async throws -> GlobalsDump? {
        guard settings.globals != .none else { return nil }
        return GlobalsDump(
            pgDumpAll: try await context.tools.client(.pgDumpAll, forServer: facts.version),
            connection: session.connectionInfo, encoding: facts.archiveEncoding.text, setting: settings.globals,
            reporter: context.reporter)
    }

    /// Stock pg_restore must count as many entries as we do, before any data is written.
    private func crossCheck(_ contents: TableOfContents, pgDump: ClientTool) async throws {
        let counted = try await ArchiveListing(context: context).entryCount(
            of: contents, major: pgDump.version.major)
        guard counted == contents.entries.count else {
            throw ArchiveError.damaged(
                object: "toc.dat",
                reason: "pg_restore counts \(counted.map(String.init) ?? "no") entries, dbops \(contents.entries.count)"
            )
        }
    }

    /// What is left to do once the backup is there; none of it takes the backup back.
    private func finish(_ destinations: DestinationSet, _ heartbeats: Heartbeats) async {
        await withTaskGroup { group in
            group.addTask { await heartbeats.stop() }
            group.addTask { await destinations.removeFailed() }
        }
    }

    private func startingSecond(database: String) async throws -> CivilTime {
        try await FreeSecond(
            stores: destinations.map(\.store), job: series(database), clock: context.clock, sleep: sleep
        ).next()
    }

    private func series(_ database: String) -> String { job ?? BackupSeries(withoutJob: database).text }

    private var applicationName: String { DumpSessions.applicationName(context.runID) }

    private func backupName(startedAt: CivilTime, database: String) -> BackupName {
        var generator = SystemRandomNumberGenerator()
        return BackupName(job: series(database), id: BackupID(startedAt: startedAt, using: &generator))
    }

    private func report(_ name: BackupName, _ destinations: DestinationSet, manifest: Manifest) -> BackupReport {
        let stores = destinations.results
        let first = stores.first { $0.outcome == .succeeded }
        return BackupReport(
            name: name, url: first?.url ?? "",
            outcome: stores.allSatisfy { $0.outcome == .succeeded } ? .succeeded : .partial, stores: stores,
            manifest: manifest, warnings: warnings.all, seconds: manifest.totals.seconds)
    }
}
