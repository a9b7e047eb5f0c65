import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A hot standby of a cluster, as long as a closure runs.
enum StandbyServer {
    /// `folder` is one that other users may pass through.
    nonisolated(nonsending) static func with(
        of primary: ScratchCluster, in folder: TestFolder,
        _ body: nonisolated(nonsending) (ConnectionInfo) async throws -> Void
    ) async throws {
        let home = try folder.makeFolder("standby")
        let user = OperatingSystemUser.isRoot ? OperatingSystemUser(named: "postgres") : nil
        if let user { chown(home, user.userID, user.groupID) }
        let bin = ScratchCluster.anyBinFolder
        let keywords = primary.connectionInfo.keywords
        let copying = try start(
            [
                "\(bin)/pg_basebackup", "-D", "\(home)/data", "-h", keywords["host"] ?? "", "-p",
                keywords["port"] ?? "",
                "-U", "postgres", "-R", "-c", "fast", "--no-sync",
            ], as: user, in: home)
        copying.waitUntilExit()
        try #require(copying.terminationStatus == 0)
        // What a standby must have at least as much of as its primary.
        let settings = try await primary.psql(
            """
            SELECT '-c', name || '=' || setting FROM pg_settings WHERE name IN ('max_connections', 'max_wal_senders',
                'max_locks_per_transaction', 'max_worker_processes', 'max_prepared_transactions')
            """)
        let server = try start(
            [
                "\(bin)/postgres", "-D", "\(home)/data", "-c", "listen_addresses=", "-c",
                "unix_socket_directories=\(home)",
            ]
                + ["-c", "port=5432", "-c", "fsync=off"] + settings.split { "|\n".contains($0) }.map(String.init),
            as: user, in: home)
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        let connection = primary.connectionInfo.with("host", home).with("port", "5432")
        try await waitUntil("the standby does not start") {
            guard let session = try? await Session.open(connection, applicationName: "test") else { return false }
            await session.close()
            return true
        }
        try await body(connection)
    }

    private static func start(_ command: [String], as user: OperatingSystemUser?, in folder: String) throws -> Process {
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
