import Foundation
import Postgres

/// A program of PostgreSQL's that a test starts itself, as a user that is not root.
enum ServerProcess {
    static let user = OperatingSystemUser.isRoot ? OperatingSystemUser(named: "postgres") : nil

    /// Its output goes nowhere.
    static func start(_ command: [String], in folder: String) throws -> Process {
        let process = Process()
        let prefix = user.map {
            ["/usr/bin/setpriv", "--reuid=\($0.userID)", "--regid=\($0.groupID)", "--clear-groups"]
        }
        let words = (prefix ?? []) + command
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
