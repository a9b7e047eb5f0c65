package import JobModel
package import Postgres

/// What checks need to know of the server before they ask it for more. Gathered once, in one query.
package struct AdviceServer: Sendable, Equatable {
    /// For example 150020 for 15.20.
    package var versionNumber: Int
    package var database: String
    /// What the job file calls the database, for what is printed to be put there. Default: its own name.
    package var targetName: String
    /// What the job file does with the database; nil where no job file is at hand.
    package var jobs: AdviceJobs?
    package var isInRecovery: Bool
    package var isSuperuser: Bool
    /// Whether this role sees what other sessions do and all statistics: a superuser, or a member of `pg_monitor`.
    package var seesAllStatistics: Bool
    /// The server's clock.
    package var now: CivilTime
    /// For how long the database's statistics have been counted, at least; a crash or a reset begins them anew.
    package var observedForSeconds: Double
    package var secondsSinceStart: Double
    package var blockSizeInBytes: Int
    /// Extensions of this database, by name.
    package var extensions: [String: Extension]

    package struct Extension: Sendable, Equatable {
        /// Quoted, for statements.
        package var schema: String
        package var version: String
    }

    package var majorVersion: Int { versionNumber / 10_000 }

    /// `16.4`
    package var versionText: String { PostgresVersion(number: versionNumber).description }
}

extension AdviceServer {
    /// Asks in one query.
    static func gather(_ session: Session) async throws -> AdviceServer {
        let table = try await session.query(query)
        guard let row = table.rows.first else { throw PostgresError.unexpectedResult("no row about the server") }
        var extensions: [String: Extension] = [:]
        for row in table.rows {
            guard let name = try row.optionalString("extension") else { continue }
            extensions[name] = Extension(
                schema: try row.name("extension_schema"), version: try row.name("extension_version"))
        }
        return AdviceServer(
            versionNumber: session.server.versionNumber, database: try row.name("database"),
            targetName: try row.name("database"),
            isInRecovery: try row.bool("is_in_recovery"), isSuperuser: try row.bool("is_superuser"),
            seesAllStatistics: try row.bool("sees_all"),
            now: CivilTime(secondsSinceEpoch: try row.int("now")),
            observedForSeconds: max(0, try row.double("observed_for")),
            secondsSinceStart: max(0, try row.double("since_start")),
            blockSizeInBytes: try row.int("block_size"), extensions: extensions)
    }

    /// A database that was never reset has no date of it, but the background writer's counters begin anew with a crash
    /// as well: what is younger counts.
    private static let query: ServerText = """
        SELECT pg_catalog.current_database() AS database, pg_catalog.pg_is_in_recovery() AS is_in_recovery,
          r.rolsuper AS is_superuser, pg_catalog.pg_has_role(r.oid, 'pg_monitor', 'USAGE') AS sees_all,
          pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.now()))::int8 AS now,
          pg_catalog.date_part('epoch', pg_catalog.now() - coalesce(greatest(
            (SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()),
            (SELECT stats_reset FROM pg_catalog.pg_stat_bgwriter)), pg_catalog.now())) AS observed_for,
          pg_catalog.date_part('epoch', pg_catalog.now() - pg_catalog.pg_postmaster_start_time()) AS since_start,
          pg_catalog.current_setting('block_size') AS block_size,
          e.extname AS extension, pg_catalog.quote_ident(n.nspname) AS extension_schema, e.extversion AS extension_version
        FROM pg_catalog.pg_roles r
        LEFT JOIN (pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace) ON true
        WHERE r.rolname = current_user
        """
}

extension ResultTable.Row {
    /// A name for people and for statements that people read: what is no UTF-8 is shown as U+FFFD.
    package func name(_ column: String) throws(PostgresError) -> String {
        try text(column).text
    }
}
