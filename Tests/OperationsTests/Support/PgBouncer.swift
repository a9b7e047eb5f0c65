import Foundation
import Postgres
import TestSupport
import Testing

/// A real connection pooler in front of a server, as long as a closure runs.
enum PgBouncer {
    private static let path: String? = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first { access($0, X_OK) == 0 }

    static var isInstalled: Bool { path != nil }

    /// `folder` is one that other users may pass through.
    nonisolated(nonsending) static func with(
        _ database: ConnectionInfo, poolMode: String, more: String = "", in folder: TestFolder,
        _ body: nonisolated(nonsending) (ConnectionInfo) async throws -> Void
    ) async throws {
        let home = try folder.makeFolder("pgbouncer")
        // It refuses to run as root.
        let user = OperatingSystemUser.isRoot ? OperatingSystemUser(named: "postgres") : nil
        if let user { chown(home, user.userID, user.groupID) }
        let settings = """
            [databases]
            * = user=postgres host=\(database.keywords["host"] ?? "") port=\(database.keywords["port"] ?? "")
            [pgbouncer]
            pool_mode = \(poolMode)
            listen_addr =
            unix_socket_dir = \(home)
            listen_port = 6432
            auth_type = any
            ignore_startup_parameters = extra_float_digits
            \(more)
            """
        try settings.write(toFile: "\(home)/settings.ini", atomically: false, encoding: .utf8)
        chmod("\(home)/settings.ini", 0o644)
        let process = Process()
        let prefix = user.map {
            ["/usr/bin/setpriv", "--reuid=\($0.userID)", "--regid=\($0.groupID)", "--clear-groups"]
        }
        let command = (prefix ?? []) + [path ?? "", "-q", "\(home)/settings.ini"]
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            // It is born with all other signals blocked.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try await waitUntil("PgBouncer does not start") { access("\(home)/.s.PGSQL.6432", F_OK) == 0 }
        try await body(database.with("host", home).with("port", "6432"))
    }
}
