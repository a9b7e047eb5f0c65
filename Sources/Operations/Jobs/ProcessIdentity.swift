import Foundation

/// Which process runs something: the host, the process id, and when the process began, for ids are used again.
///
/// `db1:4711:8839201`. Source: proc(5), `/proc/PID/stat`, field 22 (starttime, in clock ticks since the boot).
package struct ProcessIdentity: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let process: Int32
    package let startTicks: String

    package var description: String { "\(host):\(process):\(startTicks)" }

    /// This process.
    package static func current(host: String) -> ProcessIdentity {
        let process = ProcessInfo.processInfo.processIdentifier
        return ProcessIdentity(host: host, process: process, startTicks: startTicks(of: process) ?? "0")
    }

    private init(host: String, process: Int32, startTicks: String) {
        self.host = host
        self.process = process
        self.startTicks = startTicks
    }

    /// Nil where `text` is no ``description``.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, let process = Int32(parts[parts.count - 2]) else { return nil }
        host = parts.dropLast(2).joined(separator: ":")
        self.process = process
        startTicks = String(parts[parts.count - 1])
    }

    /// Whether this process lives on this machine. Of a process of another machine nothing can be said here.
    package var livesHere: Bool { Self.startTicks(of: process) == startTicks }

    private static func startTicks(of process: Int32) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // The name of the program, in parentheses, may hold anything.
            let afterName = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: afterName)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
