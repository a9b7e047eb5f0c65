import Dispatch
import Foundation
import Synchronization

/// One thread that runs its jobs one after another: code on it may wait in a C library without taking a thread from
/// the pool that all other tasks share.
///
/// The owner, usually an actor that names it as `unownedExecutor`, calls ``stop()`` when it is done, at the latest
/// in its `isolated deinit`; the thread lives until then. Jobs run in the order in which they came.
package final class SerialThreadExecutor: SerialExecutor, TaskExecutor {
    private struct State {
        var jobs = FirstInFirstOut<UnownedJob>()
        var isStopped = false
        var hasThread = false
    }

    private let state = Mutex(State())
    private let wakeUps = DispatchSemaphore(value: 0)
    private let name: String

    /// Starts the thread. The operating system shows the first 15 bytes of `name`.
    package init(name: String) {
        self.name = name
        state.withLock { startThreadWhereNoneIs(&$0) }
    }

    /// Lets the thread end once the jobs at hand have run. A job that comes later still runs, on a thread of its own.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            wakeUps.signal()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unownedJob = UnownedJob(job)
        // All of it under the lock, without which the job cannot run: when it has run, nobody may hold this executor any
        // more, whose caller, the runtime, does not either.
        state.withLock { state in
            state.jobs.append(unownedJob)
            startThreadWhereNoneIs(&state)
            wakeUps.signal()
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    private func startThreadWhereNoneIs(_ state: inout State) {
        guard !state.hasThread else { return }
        state.hasThread = true
        let thread = Thread { [self] in runJobs() }
        thread.name = String(name.prefix(15))
        thread.start()
    }

    private enum Turn {
        case run(UnownedJob)
        case wait
        case end
    }

    private func runJobs() {
        while true {
            switch nextTurn() {
            case .run(let job):
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .wait: wakeUps.wait()
            case .end: return
            }
        }
    }

    private func nextTurn() -> Turn {
        state.withLock { state in
            if let job = state.jobs.popFirst() { return .run(job) }
            guard state.isStopped else { return .wait }
            state.hasThread = false
            return .end
        }
    }
}
