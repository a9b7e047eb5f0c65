import Crypto
import JobModel
import Postgres

extension CleanOperation {
    func withSession<Success: Sendable>(
        _ body: (Session) async throws -> Success
    ) async throws -> Success {
        let session = try await Session.openDirect(
            connection, applicationName: "dbops/clean \(context.runID)", lockTimeout: tuning.lockTimeout,
            statementTimeout: tuning.batchTimeout, settings: Self.settings)
        do {
            let row = try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").onlyRow()
            if try row.bool("standby") { throw CleanError.standby(server: session.server.displayText) }
            let success = try await body(session)
            await session.closeLettingGo()
            return success
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    /// Rows that a crash brings back are deleted again, so commits need not wait for the disk. Batches walk along an
    /// index, whatever old statistics make of it. Rows that a policy hides are an error, not fewer rows.
    private static let settings: [ServerText] = [
        "SET synchronous_commit = off", "SET row_security = off", "SET standard_conforming_strings = on",
        // Else foreign keys would not be looked at; most roles may not even set it to what it is.
        """
        SELECT pg_catalog.set_config('session_replication_role', 'origin', false)
         WHERE pg_catalog.current_setting('session_replication_role') <> 'origin'
        """,
        "SET enable_seqscan = off", "SET enable_bitmapscan = off",
        "SET jit = off", "SET max_parallel_workers_per_gather = 0",
    ]

    /// One clean-up of a table at a time, on whatever host. Ends with the session.
    func lock(_ session: Session) async throws {
        guard let table = try await CleanCatalogue(session: session).table(job.table) else { return }
        let digest = SHA256.hash(data: Array("dbops clean lock\0\(table.oid)".utf8))
        let key = Int64(bitPattern: digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        let row = try await session.query(
            "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS locked", ["\(key)"]
        ).onlyRow()
        if try !row.bool("locked") { throw CleanError.beingCleaned(table: table.name.description) }
    }
}
