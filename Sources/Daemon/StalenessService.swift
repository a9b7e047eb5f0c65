package import JobModel
package import Operations
import ServiceLifecycle

/// Looks each minute whether the backups of a job have become too old.
package struct StalenessService: Service {
    private let freshness: BackupFreshness
    private let clock: any WallClock
    private let configuration: @Sendable () -> Configuration
    private let tell: @Sendable (StalenessWatch.Finding) async -> Void

    /// `configuration` is the job file in force; `tell` is called for each thing to be told.
    package init(
        freshness: BackupFreshness, clock: any WallClock, configuration: @escaping @Sendable () -> Configuration,
        tell: @escaping @Sendable (StalenessWatch.Finding) async -> Void
    ) {
        self.freshness = freshness
        self.clock = clock
        self.configuration = configuration
        self.tell = tell
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var watch = StalenessWatch()
            while !Task.isCancelled {
                let now = CivilTime(clock.now)
                for finding in watch.look(at: await freshness.facts(for: configuration(), now: now), now: now) {
                    await tell(finding)
                }
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
