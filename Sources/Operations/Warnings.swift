import Synchronization

/// Gathers what a run has to warn of, in the order in which it was said, and passes it on at once.
final class Warnings: Sendable {
    private let texts = Mutex<[String]>([])
    private let reporter: any ProgressReporter

    init(reporter: any ProgressReporter) {
        self.reporter = reporter
    }

    func add(_ text: String) {
        texts.withLock { $0.append(text) }
        reporter.report(.warning(text))
    }

    var all: [String] { texts.withLock { $0 } }
}
