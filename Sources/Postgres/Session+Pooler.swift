import JobModel

extension Session {
    /// Whether a connection pooler stands between us and the server.
    ///
    /// Behind one, libpq's idea of the server process is made up by the pooler, in every pool mode; our own
    /// settings, locks and snapshots would then reach other clients or be lost.
    package nonisolated(nonsending) func isBehindPooler() async throws -> Bool {
        let row = try await query("SELECT pg_catalog.pg_backend_pid() AS pid").onlyRow()
        return try row.int64("pid") != Int64(server.backendProcessID)
    }

    /// Throws ``PostgresError/pooler`` behind one.
    package nonisolated(nonsending) func refusePooler() async throws {
        if try await isBehindPooler() { throw PostgresError.pooler(server: server.displayText) }
    }
}
