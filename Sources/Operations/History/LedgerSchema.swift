import JobModel
import Postgres

/// The schema `dbops` of a run history in PostgreSQL, and how it comes to be there.
enum LedgerSchema {
    /// Each brings the schema one version further. One that was released is never changed; a later one follows it.
    private static let migrations: [ServerText] = [first, second]

    /// Any number, the same for every dbops: daemons that start together make the schema one after another.
    private static let advisoryLock = 6_404_318_200_417_093_377

    /// Whether a database of this encoding can hold every text of a history.
    static func holds(encoding: String) -> Bool {
        encoding == "UTF8" || encoding == "SQL_ASCII"
    }

    /// Makes or completes the schema where the session's role may. Throws ``PostgresLedgerError`` where it may not, or
    /// where a newer dbops was here before.
    static func migrate(_ session: Session) async throws {
        do {
            if try await version(session) == migrations.count { return }
            try await session.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            try await session.execute("SELECT pg_catalog.pg_advisory_xact_lock(\(advisoryLock))")
            try await completeUnderLock(session)
            try await session.execute("COMMIT")
        } catch PostgresError.statement(let failure) where failure.sqlState == .insufficientPrivilege {
            throw PostgresLedgerError.mayNotCreate(
                database: session.server.displayText, role: session.server.user, reason: failure.message)
        }
    }

    /// Throws where the schema is not there as this dbops knows it.
    static func check(_ session: Session) async throws {
        guard try await version(session) == migrations.count else {
            throw PostgresLedgerError.missing(database: session.server.displayText)
        }
    }

    private static func completeUnderLock(_ session: Session) async throws {
        let present = try await version(session)
        if present == nil {
            let hasSchema = try await session.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'dbops'")
            // IF NOT EXISTS would ask for the right to make schemas even where this one is there.
            if hasSchema.rows.isEmpty { try await session.execute("CREATE SCHEMA dbops") }
            try await session.execute("CREATE TABLE dbops.schema_version (version integer NOT NULL)")
            try await session.execute("INSERT INTO dbops.schema_version VALUES (0)")
        }
        for migration in migrations.dropFirst(present ?? 0) { try await session.execute(migration) }
        try await session.execute("UPDATE dbops.schema_version SET version = \(migrations.count)")
    }

    /// Nil where there is no history yet.
    private static func version(_ session: Session) async throws -> Int? {
        // Not to_regclass: it answers from a cache that may be older than the lock.
        let table = try await session.query(
            """
            SELECT 1 FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = 'dbops' AND relname = 'schema_version'
            """)
        guard !table.rows.isEmpty else { return nil }
        let version = try await session.query("SELECT version FROM dbops.schema_version").onlyRow().int("version")
        guard version <= migrations.count else {
            throw PostgresLedgerError.newerSchema(database: session.server.displayText)
        }
        return version
    }

    private static let first: ServerText = """
        CREATE TABLE dbops.runs (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            job text COLLATE "C" NOT NULL,
            kind text NOT NULL,
            cause text NOT NULL,
            scheduled_at timestamptz,
            outcome text COLLATE "C",
            reason text,
            started_at timestamptz,
            ended_at timestamptz,
            host text NOT NULL,
            attempts integer NOT NULL,
            missed_firings integer NOT NULL,
            instant timestamptz NOT NULL,
            message text,
            plan text,
            report text
        );
        CREATE UNIQUE INDEX runs_by_firing ON dbops.runs (job, scheduled_at) WHERE scheduled_at IS NOT NULL;
        CREATE INDEX runs_by_instant ON dbops.runs (instant, number);
        CREATE INDEX runs_by_job ON dbops.runs (job, instant, number);
        CREATE INDEX runs_by_outcome ON dbops.runs (outcome, instant, number);
        CREATE INDEX runs_by_job_and_outcome ON dbops.runs (job, outcome, instant, number);
        CREATE TABLE dbops.log_lines (
            run_number bigint NOT NULL REFERENCES dbops.runs ON DELETE CASCADE,
            number integer NOT NULL,
            at timestamptz NOT NULL,
            level text NOT NULL,
            text text NOT NULL,
            PRIMARY KEY (run_number, number)
        );
        CREATE TABLE dbops.promises (
            job text COLLATE "C" PRIMARY KEY,
            schedule text NOT NULL,
            since timestamptz NOT NULL,
            accounted_through timestamptz NOT NULL
        );
        CREATE TABLE dbops.beats (host text PRIMARY KEY, at timestamptz NOT NULL)
        """

    private static let second: ServerText =
        "CREATE TABLE dbops.memory (name text COLLATE \"C\" PRIMARY KEY, text text NOT NULL)"
}
