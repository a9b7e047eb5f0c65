import JobModel
import ServiceLifecycle
import Synchronization

/// The scheduler as a service: begins with the group, and drains when the group is to stop. Tells systemd that the
/// daemon lives as long as the scheduler looks at its clock, for which it may have to wait for its history.
package struct SchedulerService: Service {
    private static let patience = Duration.seconds(300)

    private let scheduler: Scheduler
    private let jobs: [ScheduledJob]
    private let manager: ServiceManager

    package init(scheduler: Scheduler, jobs: [ScheduledJob], manager: ServiceManager) {
        self.scheduler = scheduler
        self.jobs = jobs
        self.manager = manager
    }

    package func run() async throws {
        let lastPass = LastPass()
        manager.tell(.ready)
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await feedWatchdog(lastPass) }
                await scheduler.run(jobs) { lastPass.note() }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            manager.tell(.stopping)
            scheduler.drain()
        }
    }

    private func feedWatchdog(_ lastPass: LastPass) async {
        guard let interval = manager.watchdogInterval else { return }
        repeat {
            if lastPass.age < Self.patience { manager.tell(.watchdog) }
        } while (try? await Task.sleep(for: interval)) != nil
    }
}

/// When the scheduler last looked at its clock.
private final class LastPass: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    func note() { instant.withLock { $0 = .now } }

    var age: Duration { ContinuousClock.now - instant.withLock { $0 } }
}
