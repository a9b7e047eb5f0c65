import Foundation

/// The environment of this process, read in one place.
enum ProcessEnvironment {
    /// libpq applies these at every connection, and each would change what a dump holds.
    private static let dumpChangingNames = ["PGCLIENTENCODING", "PGTZ", "PGDATESTYLE", "PGOPTIONS", "PGGEQO"]

    /// Call before the first thread is made.
    static func removeSettingsThatChangeDumps() {
        for name in dumpChangingNames { unsetenv(name) }
    }

    static var all: [String: String] { ProcessInfo.processInfo.environment }
}
