import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A hot standby of a cluster, as long as a closure runs; it begins when the standby has caught up.
enum StandbyServer {
    /// `folder` is one that other users may pass through; `settings` are the standby's own, `name=value`.
    nonisolated(nonsending) static func with(
        of primary: ScratchCluster, in folder: TestFolder, settings own: [String] = [],
        _ body: nonisolated(nonsending) (ConnectionInfo) async throws -> Void
    ) async throws {
        // What a standby must have at least as much of as its primary.
        let settings = try await primary.psql(
            """
            SELECT '-c', name || '=' || setting FROM pg_settings WHERE name IN ('max_connections', 'max_wal_senders',
                'max_locks_per_transaction', 'max_worker_processes', 'max_prepared_transactions')
            """)
        try await CopiedServer.with(
            of: primary, in: folder, named: "standby", copying: ["-R"],
            settings: settings.split { "|\n".contains($0) }.map(String.init) + own.flatMap { ["-c", $0] }
        ) { connection in
            try await waitUntil("the standby does not catch up") {
                let caughtUp = try await primary.psql(
                    "SELECT count(*) > 0 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()")
                return caughtUp == "t"
            }
            try await body(connection)
        }
    }

    /// Waits until the standby has replayed all that the primary has written.
    nonisolated(nonsending) static func waitForReplay(_ standby: ConnectionInfo, of primary: ScratchCluster)
        async throws
    {
        let position = ServerText(try await primary.psql("SELECT pg_current_wal_insert_lsn()"))
        let session = try await Session.open(standby, applicationName: "test")
        try await waitUntil("the standby does not replay") {
            try await session.query("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there", [position]).onlyRow()
                .bool("there")
        }
        await session.close()
    }

    /// Stops the standby's server, as somebody who restarts it does.
    static func stop(_ standby: ConnectionInfo) throws {
        let path = "\(standby.keywords["host"] ?? "")/data/postmaster.pid"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        kill(try #require(text.split(separator: "\n").first.flatMap { Int32($0) }), SIGINT)
    }
}
