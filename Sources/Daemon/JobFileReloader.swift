package import JobModel
package import Logging
import ServiceLifecycle
import UnixSignals

/// Takes a new job file over on SIGHUP. A bad one is reported, and the old one stays in force.
package struct JobFileReloader: Service {
    /// The jobs of the job file as it is now; throws where it cannot be used.
    package typealias Load = @Sendable () async throws -> (settings: DaemonSettings, jobs: [ScheduledJob])

    private let scheduler: Scheduler
    private let manager: ServiceManager
    private let logger: Logger
    private let load: Load
    private let news: JobFileNews

    /// `news` is told of each refusal, and when a job file was taken over.
    package init(
        scheduler: Scheduler, manager: ServiceManager, logger: Logger, news: JobFileNews = JobFileNews(),
        load: @escaping Load
    ) {
        self.news = news
        self.scheduler = scheduler
        self.manager = manager
        self.logger = logger
        self.load = load
    }

    package func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown()
        for await _ in signals { await reload() }
    }

    func reload() async {
        manager.tell(.reloading(monotonicMicroseconds: ServiceManager.monotonicMicroseconds))
        do {
            let (settings, jobs) = try await load()
            await scheduler.reload(settings, jobs)
            news.refusal = nil
            logger.notice("The job file was taken over", metadata: ["jobs": "\(jobs.count)"])
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            news.refusal = reason
            logger.error("The job file was refused; the old one stays in force", metadata: ["error": "\(reason)"])
        }
        manager.tell(.ready)
    }
}
