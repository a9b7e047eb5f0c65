package import JobModel
package import Operations
import Synchronization

/// How far the runs of this process have come.
package final class LiveProgress: Sendable {
    /// One run.
    package struct State: Sendable, Equatable {
        /// What it does now: "copying rows".
        package var phase: String?
        /// How much there is to do; 0 where nobody knows.
        package var itemsExpected = 0
        package var bytesExpected = 0
        package var itemsDone = 0
        package var bytesMoved = 0
        package var warnings = 0

        package init() {}

        /// How much of it is done, from 0 to 1; nil where that cannot be told.
        package var fraction: Double? {
            if bytesExpected > 0 { return min(1, Double(bytesMoved) / Double(bytesExpected)) }
            return itemsExpected > 0 ? min(1, Double(itemsDone) / Double(itemsExpected)) : nil
        }

        mutating func take(_ event: ProgressEvent) {
            switch event {
            case .phase(let text): phase = text
            case .expected(let items, let bytes):
                (itemsExpected, bytesExpected, itemsDone, bytesMoved) = (items, bytes, 0, 0)
            case .moved(let bytes): bytesMoved += bytes
            case .finished: itemsDone += 1
            case .warning: warnings += 1
            case .plan, .note: break
            }
        }
    }

    private let states = Mutex<[RunID: State]>([:])

    package init() {}

    /// Runs that were heard of and have not ended.
    package var all: [RunID: State] { states.withLock { $0 } }

    /// Does `work` with a reporter whose words are the run's progress.
    package func following<Result: Sendable>(
        _ run: RunID, _ work: (any ProgressReporter) async -> Result
    ) async -> Result {
        states.withLock { $0[run] = State() }
        defer { states.withLock { $0[run] = nil } }
        return await work(Reporter(run: run, live: self))
    }

    private struct Reporter: ProgressReporter {
        let run: RunID
        let live: LiveProgress

        func report(_ event: ProgressEvent) {
            live.states.withLock { $0[run]?.take(event) }
        }
    }
}
