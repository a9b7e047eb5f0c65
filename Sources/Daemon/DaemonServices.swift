package import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon: its services, run until SIGTERM or SIGINT.
package struct DaemonServices: Sendable {
    private let scheduler: Scheduler
    private let jobs: [ScheduledJob]
    private let reloader: JobFileReloader
    private let staleness: StalenessService
    private let manager: ServiceManager
    private let logger: Logger

    package init(
        scheduler: Scheduler, jobs: [ScheduledJob], staleness: StalenessService, manager: ServiceManager,
        logger: Logger, load: @escaping JobFileReloader.Load
    ) {
        self.scheduler = scheduler
        self.jobs = jobs
        self.staleness = staleness
        self.manager = manager
        self.logger = logger
        reloader = JobFileReloader(scheduler: scheduler, manager: manager, logger: logger, load: load)
    }

    /// Returns when all have ended: the scheduler has drained, or has stopped what still ran.
    package func run() async throws {
        try await ServiceGroup(configuration: configuration).run()
    }

    /// Each service has a name: by itself a group would spell a service out, field by field, with the whole job file once
    /// more in each of its jobs.
    var configuration: ServiceGroupConfiguration {
        var silent = logger
        silent.logLevel = .error
        return ServiceGroupConfiguration(
            services: [
                .init(service: reloader, serviceName: "reloader"),
                .init(service: staleness, serviceName: "staleness"),
                .init(
                    service: SchedulerService(scheduler: scheduler, jobs: jobs, manager: manager),
                    successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "scheduler"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: silent)
    }
}
