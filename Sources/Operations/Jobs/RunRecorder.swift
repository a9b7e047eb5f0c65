package import JobModel
import Synchronization

/// Keeps a run's log: what an operation tells becomes lines of the history, and goes on to whoever else listens.
package final class RunRecorder: ProgressReporter {
    private let run: RunID
    private let diary: RunDiary
    private let clock: any WallClock
    private let next: any ProgressReporter
    private let lines = Mutex<[RunLogLine]>([])
    private let newestPlan = Mutex<String?>(nil)

    /// What the last attempt was going to do, as JSON.
    package var plan: String? { newestPlan.withLock { $0 } }

    package init(run: RunID, diary: RunDiary, clock: any WallClock, next: any ProgressReporter) {
        self.run = run
        self.diary = diary
        self.clock = clock
        self.next = next
    }

    package func report(_ event: ProgressEvent) {
        next.report(event)
        if case .plan(let text) = event { newestPlan.withLock { $0 = text } }
        guard let (level, text) = event.logLine else { return }
        let line = RunLogLine(at: CivilTime(clock.now), level: level, text: text)
        lines.withLock { $0.append(line) }
    }

    /// A line of the log that nobody is told beside: how the run ended they hear anyway.
    func keep(_ text: String) {
        let line = RunLogLine(at: CivilTime(clock.now), level: "warning", text: text)
        lines.withLock { $0.append(line) }
    }

    /// Writes the lines so far into the history.
    package func flush() async {
        let lines = lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
        await diary.append(lines, to: run)
    }

}

extension ProgressEvent {
    /// Nil for what is only of interest while it happens.
    fileprivate var logLine: (level: String, text: String)? {
        switch self {
        case .phase(let text): ("info", text)
        case .note(let text): ("info", text)
        case .warning(let text): ("warning", text)
        case .plan, .expected, .moved, .finished: nil
        }
    }
}
