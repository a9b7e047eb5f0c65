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
        // What a standby must have at least as much of as its primary.
        let settings = try await primary.psql(
            """
            SELECT '-c', name || '=' || setting FROM pg_settings WHERE name IN ('max_connections', 'max_wal_senders',
                'max_locks_per_transaction', 'max_worker_processes', 'max_prepared_transactions')
            """)
        try await CopiedServer.with(
            of: primary, in: folder, named: "standby", copying: ["-R"],
            settings: settings.split { "|\n".contains($0) }.map(String.init)
        ) { connection in
            try await waitUntil("the standby does not catch up") {
                let caughtUp = try await primary.psql(
                    "SELECT count(*) > 0 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()")
                return caughtUp == "t"
            }
            try await body(connection)
        }
    }
}
