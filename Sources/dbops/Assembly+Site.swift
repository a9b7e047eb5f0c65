import Daemon
import Foundation
import JobModel
import Logging
import ObjectStorage
import Operations
import Postgres

/// What people look at while a daemon runs.
extension Assembly {
    /// Nil where the job file serves none. Throws ``SecretError``, and ``DaemonError`` where the address cannot be had.
    func site(
        of scheduler: Scheduler, diary: RunDiary, jobFile: JobFileInForce, live: LiveProgress, _ news: JobFileNews,
        logger: Logger
    ) throws -> DaemonServices.Site? {
        let settings = jobFile.configuration.daemon
        guard let address = settings.listen else { return nil }
        let readings = StatusReadings(
            scheduler: scheduler, diary: diary,
            identity: StatusReadings.Identity(version: Version.text, host: ProcessInfo.processInfo.hostName),
            clock: SystemWallClock(), live: live, news: news, configuration: { jobFile.configuration },
            probe: { try await health(of: $0) },
            open: { [targets] in BackupShelf(store: try targets.store($0), name: $0.name) })
        let sources = SiteSources(scheduler: scheduler, readings: readings, runs: { await diary.runs($0) }) {
            try await mark($0, isPinned: $1, readings, jobFile)
        }
        return DaemonServices.Site(
            server: try SiteServer(
                SiteServer.Settings(
                    address: address, token: try settings.token.map { try secrets.read($0).value },
                    isReadOnly: settings.isReadOnly),
                sources: sources, logger: logger),
            readings: readings)
    }

    /// One reading by a session of its own, which ends with it.
    private func health(of target: DatabaseTarget) async throws -> HealthValues {
        let reader = try await HealthReader.open(
            try targets.primary(of: target), context: context(toolsIn: nil, reporter: SilentReporter()))
        do {
            let values = try await reader.read()
            await reader.close()
            return values
        } catch {
            await reader.close()
            throw error
        }
    }

    /// In every store that is known to hold the backup.
    private func mark(
        _ id: BackupID, isPinned: Bool, _ readings: StatusReadings, _ jobFile: JobFileInForce
    ) async throws {
        let copies = await readings.board(.atOnce).jobs.flatMap { $0.backups ?? [] }.filter { $0.id == id }
        guard !copies.isEmpty else { throw OrderError.noSuchBackup(id.description) }
        for copy in copies {
            guard let target = jobFile.configuration.store(named: copy.store) else { continue }
            let source = try await BackupSource.open(
                ObjectKey(BackupName(job: copy.job, id: id).folder), in: try targets.store(target))
            _ = try await MarkOperation(
                context: context(toolsIn: nil, reporter: SilentReporter()), source: source,
                change: isPinned ? .pin : .unpin
            ).execute()
        }
        readings.readStoresSoon()
    }
}
