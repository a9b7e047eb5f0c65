import Glibc
package import JobModel

/// The file `daemon.pid` in the state directory: one daemon at a time uses a state directory, and `dbops reload` finds
/// the daemon by it. The lock goes with the process, however it ends.
package final class DaemonLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Makes the directory where only its last segment is missing. Throws ``DaemonError/alreadyRunning(process:path:)`` where another daemon holds the lock.
    package init(directory: String) throws(DaemonError) {
        path = Self.path(in: directory)
        // What the daemon keeps there is nobody else's business.
        let refusal = mkdir(directory, 0o700) == 0 || errno == EEXIST ? nil : String(cString: strerror(errno))
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw .cannotLock(path: refusal == nil ? path : directory, reason: refusal ?? reason)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .alreadyRunning(process: Self.holder(in: directory), path: path)
        }
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit {
        close(descriptor)
    }

    /// The process id of the daemon that uses this state directory; nil where there is none.
    package static func runningDaemon(in directory: String) -> Int32? {
        let descriptor = open(path(in: directory), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Whoever gets the lock shows that nobody has it.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return holder(in: directory)
    }

    private static func holder(in directory: String) -> Int32? {
        let descriptor = open(path(in: directory), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let digits = bytes[..<count].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func path(in directory: String) -> String { "\(directory)/daemon.pid" }
}

/// What can keep a daemon from beginning.
package enum DaemonError: UserFacingError, Equatable {
    case alreadyRunning(process: Int32?, path: String)
    case cannotLock(path: String, reason: String)
    case notRunning(directory: String)
    case notAllowed(process: Int32, reason: String)
    /// Several daemons may share the history, and none says there which process it is.
    case sharedHistory
    /// The address of `listen` cannot be had.
    case cannotListen(address: String, reason: String)
    /// A token of fewer bytes.
    case shortToken(Int)

    package var message: String {
        switch self {
        case .alreadyRunning(let process, let path):
            "another daemon\(process.map { ", process \($0)," } ?? "") uses this state directory (\(path))"
        case .cannotLock(let path, let reason): "cannot write \(path): \(reason)"
        case .notAllowed(let process, let reason): "cannot signal the daemon, process \(process): \(reason)"
        case .sharedHistory:
            "the job file is good; but its daemon cannot be found by a history that several may share"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason.lowercased())"
        case .shortToken(let least):
            "the token of [daemon] is shorter than \(least) characters, and so could be guessed"
        case .notRunning(let directory): "no daemon runs with the state directory \(directory)"
        }
    }

    package var hint: String? {
        switch self {
        case .alreadyRunning: "Stop it first, or give this one another state directory: state in [daemon]."
        case .cannotLock: "Make the directory writable for the user that dbops runs as, or name another as state."
        case .notRunning: "Start it with dbops daemon."
        case .sharedHistory:
            "On each host that runs it: systemctl reload dbops, or kill -HUP with the daemon's process id."
        case .cannotListen:
            "Name another address as listen in [daemon], or \"\" for none; who has it now says: ss -ltnp."
        case .shortToken: "Make one: openssl rand -hex 32."
        case .notAllowed: "Run this as the user that the daemon runs as."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .alreadyRunning: .tryLater
        case .cannotLock: .cannotWrite
        case .notRunning, .cannotListen: .unavailable
        case .shortToken: .configuration
        case .notAllowed: .permission
        case .sharedHistory: .usage
        }
    }
}
