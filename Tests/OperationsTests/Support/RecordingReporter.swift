import Operations
import TestSupport

/// Keeps what it is told.
final class RecordingReporter: ProgressReporter {
    private let journal = Journal<ProgressEvent>()

    func report(_ event: ProgressEvent) {
        journal.add(event)
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
