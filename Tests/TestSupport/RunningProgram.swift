import Foundation
package import Glibc
import Synchronization

/// A program that a test has started and watches from outside. It leads a process group of its own, its output goes to
/// files that can be read at any time, and it starts with the signals as a shell would give them.
package final class RunningProgram: Sendable {
    /// How it ended.
    package enum Ending: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        package var description: String {
            switch self {
            case .exited(let code): "exited with \(code)"
            case .killed(let signal): "was killed by signal \(signal)"
            }
        }
    }

    package let processID: pid_t
    private let outputPath: String
    private let errorPath: String
    private let state = Mutex(State())

    private struct State {
        var ending: Ending?
        var waiting: [CheckedContinuation<Ending, Never>] = []
    }

    /// Starts `executable`; its output goes to files below `folder`, which must be there.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String], folder: String
    ) throws {
        let name = "\(folder)/\(UUID().uuidString)"
        outputPath = "\(name).out"
        errorPath = "\(name).err"
        processID = try Self.spawn(
            executable, arguments, environment: environment, outputPath: outputPath, errorPath: errorPath)
        let processID = processID
        Thread { [self] in wait(for: processID) }.start()
    }

    /// All that it has written to standard output so far.
    package var standardOutput: String { Self.text(outputPath) }
    /// All that it has written to standard error so far.
    package var standardError: String { Self.text(errorPath) }

    package var isRunning: Bool { state.withLock { $0.ending == nil } }

    /// Does nothing where the program has ended.
    package func send(_ signal: Int32) {
        state.withLock { state in
            if state.ending == nil { _ = kill(processID, signal) }
        }
    }

    /// Waits for its end; a program that takes longer than `limit` is killed.
    package func ending(within limit: Duration = .seconds(300)) async -> Ending {
        let watchdog = Task {
            try await Task.sleep(for: limit)
            send(SIGKILL)
        }
        defer { watchdog.cancel() }
        return await withCheckedContinuation { continuation in
            let ending = state.withLock { state -> Ending? in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// The program stays a zombie, and its number its own, until the state says that it has ended.
    private func wait(for processID: pid_t) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let waiting = state.withLock { state -> ([CheckedContinuation<Ending, Never>], Ending) in
            var status: Int32 = 0
            while waitpid(processID, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            let ending = signal == 0 ? Ending.exited(status >> 8 & 0xFF) : .killed(signal: signal)
            state.ending = ending
            defer { state.waiting = [] }
            return (state.waiting, ending)
        }
        for continuation in waiting.0 { continuation.resume(returning: waiting.1) }
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], environment: [String: String], outputPath: String,
        errorPath: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // What the test process has open is none of the program's business, locks above all.
        for descriptor in openDescriptors() where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var processID: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let status = withCStrings([executable] + arguments) { arguments in
            withCStrings(variables) { posix_spawn(&processID, executable, &actions, &attributes, arguments, $0) }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EIO) }
        return processID
    }

    /// Some may be closed before the program starts, which does no harm.
    private static func openDescriptors() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
