import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A hot standby of a cluster, as long as a closure runs; it begins when the standby has caught up.
enum StandbyServer {
    /// `folder` is one that other users may pass through.
    nonisolated(nonsending) static func with(
        of primary: ScratchCluster, in folder: TestFolder,
        _ body: nonisolated(nonsending) (ConnectionInfo) async throws -> Void
    ) async throws {
        let home = try folder.makeFolder("standby")
        if let user = ServerProcess.user { chown(home, user.userID, user.groupID) }
        let bin = ScratchCluster.anyBinFolder
        let keywords = primary.connectionInfo.keywords
        let copying = try ServerProcess.start(
            [
                "\(bin)/pg_basebackup", "-D", "\(home)/data", "-h", keywords["host"] ?? "", "-p",
                keywords["port"] ?? "",
                "-U", "postgres", "-R", "-c", "fast", "--no-sync",
            ], in: home)
        copying.waitUntilExit()
        try #require(copying.terminationStatus == 0)
        // What a standby must have at least as much of as its primary.
        let settings = try await primary.psql(
            """
            SELECT '-c', name || '=' || setting FROM pg_settings WHERE name IN ('max_connections', 'max_wal_senders',
                'max_locks_per_transaction', 'max_worker_processes', 'max_prepared_transactions')
            """)
        let server = try ServerProcess.start(
            [
                "\(bin)/postgres", "-D", "\(home)/data", "-c", "listen_addresses=", "-c",
                "unix_socket_directories=\(home)",
            ]
                + ["-c", "port=5432", "-c", "fsync=off"] + settings.split { "|\n".contains($0) }.map(String.init),
            in: home)
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
        try await waitUntil("the standby does not catch up") {
            let caughtUp = try await primary.psql(
                "SELECT count(*) > 0 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()")
            return caughtUp == "t"
        }
        try await body(connection)
    }
}
