import Archive
import JobModel
import Postgres

/// Makes, judges and drops the database that a restore goes into.
enum TargetDatabase {
    /// Where one connects to make another database.
    static let maintenance = "postgres"

    /// From template0 with the source's encoding and collation, so that values sort and compare as they did.
    static func create(_ name: String, like manifest: Manifest, on session: Session) async throws {
        try await refuseExisting(name, on: session)
        try await session.execute(
            DatabaseLocale(of: manifest).createStatement(name, serverVersionNumber: session.server.versionNumber))
    }

    static func refuseExisting(_ name: String, on session: Session) async throws {
        let there = try await session.query(
            """
            SELECT coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '') AS comment
              FROM pg_catalog.pg_database d WHERE d.datname = $1
            """, [ServerText(name)])
        guard let row = there.rows.first else { return }
        guard try row.text("comment").text.hasPrefix(unfinished) else {
            throw OperationError.targetExists(database: name)
        }
        throw OperationError.targetUnfinished(database: name)
    }

    /// A run that is killed leaves a database with the right name and half of its rows: nobody must take it for whole.
    private static let unfinished = "a restore by dbops that has not come to its end"

    /// Says in the database's comment that it is not whole yet; ``markFinished(_:on:)`` takes it away.
    static func markUnfinished(_ name: String, run: RunID, on session: Session) async throws {
        try await session.execute(
            "COMMENT ON DATABASE \(ServerText(name).quotedAsIdentifier) IS '\(unfinished) (run \(run))'")
    }

    static func markFinished(_ name: String, on session: Session) async throws {
        try await session.execute("COMMENT ON DATABASE \(ServerText(name).quotedAsIdentifier) IS NULL")
    }

    static func drop(_ name: String, on session: Session) async throws {
        try await session.execute("DROP DATABASE IF EXISTS \(ServerText(name).quotedAsIdentifier) WITH (FORCE)")
    }

    /// Something that somebody made in this database; nil where it is as template0.
    static func firstObject(on session: Session) async throws -> String? {
        let result = try await session.query(
            """
            SELECT name FROM (
                SELECT 'table, view or sequence ' || c.oid::pg_catalog.regclass AS name
                  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                UNION ALL
                SELECT 'function ' || p.oid::pg_catalog.regprocedure
                  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                UNION ALL
                SELECT 'type ' || t.oid::pg_catalog.regtype
                  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 WHERE t.typrelid = 0 AND t.typcategory <> 'A'
                   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                UNION ALL
                SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
                 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
                UNION ALL
                SELECT 'large object ' || m.oid FROM pg_catalog.pg_largeobject_metadata m
            ) AS things LIMIT 1
            """)
        return try result.rows.first?.string("name")
    }
}
