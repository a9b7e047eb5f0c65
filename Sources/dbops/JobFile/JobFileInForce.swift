import JobModel
import Synchronization

/// The job file that a daemon goes by, which changes when it is reloaded.
final class JobFileInForce: Sendable {
    private let current: Mutex<Configuration>

    init(_ configuration: Configuration) {
        current = Mutex(configuration)
    }

    var configuration: Configuration { current.withLock { $0 } }

    func replace(by configuration: Configuration) {
        current.withLock { $0 = configuration }
    }
}
