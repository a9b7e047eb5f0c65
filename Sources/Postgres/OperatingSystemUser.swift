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

    /// What to put before a command so that it runs as this user, in its own process.
    ///
    /// util-linux's `setpriv`, because Subprocess 1.0.2 changes users between fork and exec with glibc's `setgroups`,
    /// which waits for ever where another thread was just being made.
    var commandPrefix: [String] {
        [Self.setprivPath ?? "setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"]
    }

    /// Nil where util-linux is missing.
    static var setprivPath: String? {
        ["/usr/bin/setpriv", "/bin/setpriv"].first { access($0, X_OK) == 0 }
    }

    /// Whether this process may do anything, which `initdb` and `postgres` refuse to run with.
    package static var isRoot: Bool { geteuid() == 0 }
}
