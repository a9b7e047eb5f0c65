import JobModel
import Logging
import Operations
import ServiceLifecycle
import TestSupport
import Testing

@testable import Daemon

@Suite struct DaemonServicesTests {
    /// A name that a group makes up is a text of the whole service, which takes minutes and a gigabyte for a thousand jobs.
    @Test func `names its services, and spells none of them out`() {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock = ManualClock(.example(0))
        let diary = RunDiary(logger: logger) { MemoryLedger() }
        let services = DaemonServices(
            scheduler: SchedulerBench().scheduler, jobs: [.example()],
            staleness: StalenessService(
                freshness: BackupFreshness(diary: diary) { _ in
                    BackupFreshness.Stored(newestGood: nil, newestVerified: nil)
                }, clock: clock,
                configuration: { Configuration() }, tell: { _ in }),
            manager: ServiceManager(environment: [:], logger: logger), logger: logger
        ) { (DaemonSettings(), []) }
        #expect(services.configuration.services.map(\.serviceName) == ["reloader", "staleness", "scheduler"])
    }
}
