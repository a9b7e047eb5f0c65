import Synchronization

/// Whether the job file in force is the one that stands there.
package final class JobFileNews: Sendable {
    private let state = Mutex<String?>(nil)

    package init() {}

    /// Why the newest job file was refused; nil where it is in force.
    package var refusal: String? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
