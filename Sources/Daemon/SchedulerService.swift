import JobModel
import ServiceLifecycle

/// The scheduler as a service: begins with the group, and drains when the group is to stop.
package struct SchedulerService: Service {
    private let scheduler: Scheduler
    private let jobs: [ScheduledJob]
    private let manager: ServiceManager

    package init(scheduler: Scheduler, jobs: [ScheduledJob], manager: ServiceManager) {
        self.scheduler = scheduler
        self.jobs = jobs
        self.manager = manager
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await scheduler.run(jobs, longestPause: min(.seconds(15), manager.watchdogInterval ?? .seconds(15))) {
                manager.tell(.ready)
            } alive: {
                manager.tell(.watchdog)
            }
        } onGracefulShutdown: {
            manager.tell(.stopping)
            scheduler.drain()
        }
    }
}
