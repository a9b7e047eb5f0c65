import Foundation
import Glibc
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: the first cancels the run, which then cleans up; a second one leaves at once.
///
/// Handlers, and not blocked or ignored signals, because child programs inherit those and could not be ended.
final class Interruption: Sendable {
    /// A handler may do next to nothing; it writes the signal's number here, and a thread reads it.
    private static let pipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()

    private let received = Mutex<Int32?>(nil)

    /// The signal that has come, if any.
    var signal: Int32? { received.withLock { $0 } }

    /// Watches on a thread of its own until the process ends.
    static func cancel(_ task: Task<Void, any Error>) -> Interruption {
        let interruption = Interruption()
        let reading = pipe.reading
        for number in [SIGINT, SIGTERM, SIGHUP] {
            Glibc.signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Interruption.pipe.writing, &byte, 1)
            }
        }
        // A reader of our output that goes away must not end the run before it has cleaned up.
        Glibc.signal(SIGPIPE) { _ in }
        Thread.detachNewThread { interruption.watch(reading, task) }
        return interruption
    }

    private func watch(_ reading: Int32, _ task: Task<Void, any Error>) {
        while true {
            var byte: UInt8 = 0
            let count = read(reading, &byte, 1)
            guard count == 1 else {
                if count < 0, errno == EINTR { continue }
                return
            }
            let number = Int32(byte)
            let isFirst = received.withLock { received -> Bool in
                defer { received = received ?? number }
                return received == nil
            }
            guard isFirst else { _exit(128 + number) }
            StandardError.write("Stopping: taking back what this run has made. Once more leaves at once.")
            task.cancel()
        }
    }
}
