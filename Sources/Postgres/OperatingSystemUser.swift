import Foundation

/// A user of this machine that a child process runs as.
package struct OperatingSystemUser: Hashable, Sendable {
    package let name: String
    package let userID: UInt32
    package let groupID: UInt32

    /// Nil where there is no such user.
    package init?(named name: String) {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return nil }
        self.name = name
        userID = entry.pw_uid
        groupID = entry.pw_gid
    }

    /// Whether this process may do anything, which `initdb` and `postgres` refuse to run with.
    package static var isRoot: Bool { geteuid() == 0 }
}
