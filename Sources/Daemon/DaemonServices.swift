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
    private let site: Site?

    /// What people look at, and what it is read by.
    package struct Site: Sendable {
        let server: SiteServer
        let readings: StatusReadings

        package init(server: SiteServer, readings: StatusReadings) {
            self.server = server
            self.readings = readings
        }
    }

    /// Without a `site` nobody can look. `news` is told of job files.
    package init(
        scheduler: Scheduler, jobs: [ScheduledJob], staleness: StalenessService, site: Site? = nil,
        manager: ServiceManager, logger: Logger, news: JobFileNews = JobFileNews(), load: @escaping JobFileReloader.Load
    ) {
        self.site = site
        self.scheduler = scheduler
        self.jobs = jobs
        self.staleness = staleness
        self.manager = manager
        self.logger = logger
        reloader = JobFileReloader(scheduler: scheduler, manager: manager, logger: logger, news: news, load: load)
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
        // The last drains first: who looks sees the runs end.
        let seen: [ServiceGroupConfiguration.ServiceConfiguration] =
            site.map { site in
                [
                    .init(
                        service: site.server, successTerminationBehavior: .ignore, failureTerminationBehavior: .ignore,
                        serviceName: "site"),
                    .init(service: site.readings, serviceName: "readings"),
                ]
            } ?? []
        return ServiceGroupConfiguration(
            services: seen + [
                .init(service: reloader, serviceName: "reloader"),
                .init(service: staleness, serviceName: "staleness"),
                .init(
                    service: SchedulerService(scheduler: scheduler, jobs: jobs, manager: manager),
                    successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "scheduler"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: silent)
    }
}
