import Operations
import Synchronization
import TestSupport

/// Keeps what it is told.
final class RecordingReporter: ProgressReporter {
    private let journal = Journal<ProgressEvent>()

    private let listener = Mutex<(@Sendable (ProgressEvent) -> Void)?>(nil)

    func report(_ event: ProgressEvent) {
        journal.add(event)
        listener.withLock { $0 }?(event)
    }

    /// Tells `listener` of every event from now on.
    func listen(_ listener: (@Sendable (ProgressEvent) -> Void)?) {
        self.listener.withLock { $0 = listener }
    }

    var phases: [String] {
        events.compactMap { if case .phase(let text) = $0 { text } else { nil } }
    }

    var events: [ProgressEvent] { journal.all }

    var notes: [String] {
        events.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    var warnings: [String] {
        events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }

    var finishedItems: [String] {
        events.compactMap { if case .finished(let item, _, _) = $0 { item } else { nil } }
    }

    var movedBytes: Int {
        events.reduce(0) { if case .moved(let bytes) = $1 { $0 + bytes } else { $0 } }
    }
}
