import Dispatch
import Glibc
package import Logging

/// Tells systemd how the daemon is, by the protocol of sd_notify(3): one datagram to the socket in `NOTIFY_SOCKET`.
///
/// Does nothing where the daemon was not started by systemd. Never waits.
package struct ServiceManager: Sendable {
    package enum Message: Sendable, Equatable {
        case ready
        /// With the monotonic time in microseconds, which systemd wants to know.
        case reloading(monotonicMicroseconds: UInt64)
        case stopping
        /// The daemon lives; systemd ends it where this stays away for longer than `WatchdogSec`.
        case watchdog
        case status(String)

        /// As sd_notify(3) writes it.
        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text): "STATUS=\(text.replacing("\n", with: " "))"
            }
        }
    }

    private let socketPath: String?
    private let logger: Logger
    /// How often systemd wants to hear that the daemon lives: half of what it waits for; nil where it does not wait.
    /// Source: sd_watchdog_enabled(3).
    let watchdogInterval: Duration?

    /// `environment` names the socket, as a path or as `@` and an abstract name.
    package init(environment: [String: String], logger: Logger) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { .microseconds($0 / 2) }
        self.logger = logger
    }

    /// Dispatch reads CLOCK_MONOTONIC, as systemd does.
    static var monotonicMicroseconds: UInt64 { DispatchTime.now().uptimeNanoseconds / 1_000 }

    package func tell(_ message: Message) {
        guard let socketPath else { return }
        guard let address = Self.address(socketPath) else {
            logger.debug("NOTIFY_SOCKET is too long for a socket")
            return
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(message.text.utf8)
        var (storage, length) = address
        let sent = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), $0, length)
            }
        }
        if sent < 0 { logger.debug("systemd could not be told", metadata: ["errno": "\(errno)"]) }
    }

    /// Nil where the path does not fit. Source: unix(7).
    private static func address(_ path: String) -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        // An abstract name begins with a zero in place of the @.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return (address, socklen_t(offset + bytes.count))
    }
}
