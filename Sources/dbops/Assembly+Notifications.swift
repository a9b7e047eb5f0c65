import Daemon
import HTTPTransport
import JobModel
import Logging
import ObjectStorage
import Operations

/// Who is told of runs, and how.
extension Assembly {
    /// Where notices wait until they are sent.
    func outbox(logger: Logger) throws -> NoticeOutbox {
        NoticeOutbox(opener: try notifiers(clock: SystemWallClock()), logger: logger)
    }

    /// Makes notifiers. The authorities to trust are those of the file that `SSL_CERT_FILE` names, else the system's.
    func notifiers(clock: any WallClock) throws -> NotifierOpener {
        var http = HTTPSettings()
        http.authoritiesFile = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        do throws(HTTPError) {
            return NotifierOpener(
                secrets: secrets, transport: try CurlTransport(settings: http), mail: MailTransport(settings: http),
                clock: clock)
        } catch {
            throw NotifierError.noAnswer(error)
        }
    }

    /// Tells of a run that started, or that ended.
    func tell(
        _ outbox: NoticeOutbox, _ diary: RunDiary, _ job: Job, _ configuration: Configuration, _ run: Run,
        _ result: JobResult?
    ) async {
        let notifications = Notifications(configuration: configuration, outbox: outbox, clock: SystemWallClock())
        guard let result else { return await notifications.runStarted(job, run) }
        await notifications.runEnded(
            job, run, earlier: await diary.precedent(of: run), category: result.category)
    }

    /// Tells when backups have become too old.
    func staleness(_ jobFile: JobFileInForce, diary: RunDiary, outbox: NoticeOutbox) -> StalenessService {
        StalenessService(
            freshness: freshness(diary) { jobFile.configuration }, clock: SystemWallClock(),
            configuration: { jobFile.configuration }
        ) { finding in
            await Notifications(configuration: jobFile.configuration, outbox: outbox, clock: SystemWallClock())
                .staleness(finding.job, finding.event, finding.staleness)
        }
    }

    /// How old the newest backups of jobs are, from the history and from their stores.
    private func freshness(_ diary: RunDiary, _ configuration: @escaping @Sendable () -> Configuration)
        -> BackupFreshness
    {
        let targets = targets
        return BackupFreshness(diary: diary) { job in
            guard case .backup(let backup) = job.kind, let name = backup.stores.first,
                let target = configuration().store(named: name)
            else { return BackupFreshness.Stored(newestGood: nil, newestVerified: nil) }
            let catalog = BackupCatalog(store: try targets.store(target))
            let isOfSeveral = backup.databases != nil
            let backups = try await
                (isOfSeveral ? catalog.list(jobWithDatabases: job.name) : catalog.list(job: job.name)).backups
            return BackupFreshness.Stored(
                newestGood: backups.last?.name.id.startedAt,
                newestVerified: backups.last { $0.verification != nil }?.name.id.startedAt)
        }
    }
}
