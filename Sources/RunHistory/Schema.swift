import GRDB

/// The tables of the run history, and how older files come to have them.
enum Schema {
    /// A migration that was released is never changed; a later one follows it.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, logs, promises, beats") { try $0.execute(sql: first) }
        migrator.registerMigration("2 memory") { try $0.execute(sql: second) }
        return migrator
    }()

    /// What a whole file has, tables and indexes; the unique index is what lets an instant start once.
    static let names: Set<String> = [
        "runs", "log_lines", "promises", "beats", "memory", "runs_by_firing", "runs_by_instant", "runs_by_job",
        "runs_by_outcome", "runs_by_job_and_outcome",
    ]

    /// Statements that prepare only where every column is there.
    static let probes = [
        """
        SELECT number, id, job, kind, cause, scheduled_at, outcome, reason, started_at, ended_at, host, attempts,
               missed_firings, instant, message, plan, report
        FROM runs LIMIT 0
        """,
        "SELECT run_number, number, at, level, text FROM log_lines LIMIT 0",
        "SELECT job, schedule, since, accounted_through FROM promises LIMIT 0",
        "SELECT host, at FROM beats LIMIT 0",
        "SELECT name, text FROM memory LIMIT 0",
    ]

    /// Instants are seconds since 1970-01-01 00:00 UTC. `instant` is ``Run/instant``. The large texts come last, so
    /// that reading a row without them reads none of their pages.
    private static let first = """
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            job TEXT NOT NULL,
            kind TEXT NOT NULL,
            cause TEXT NOT NULL,
            scheduled_at INTEGER,
            outcome TEXT,
            reason TEXT,
            started_at INTEGER,
            ended_at INTEGER,
            host TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            missed_firings INTEGER NOT NULL,
            instant INTEGER NOT NULL,
            message TEXT,
            plan TEXT,
            report TEXT
        ) STRICT;
        CREATE UNIQUE INDEX runs_by_firing ON runs (job, scheduled_at) WHERE scheduled_at IS NOT NULL;
        CREATE INDEX runs_by_instant ON runs (instant);
        CREATE INDEX runs_by_job ON runs (job, instant);
        CREATE INDEX runs_by_outcome ON runs (outcome, instant);
        CREATE INDEX runs_by_job_and_outcome ON runs (job, outcome, instant);
        CREATE TABLE log_lines (
            run_number INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            level TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (run_number, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE promises (
            job TEXT PRIMARY KEY,
            schedule TEXT NOT NULL,
            since INTEGER NOT NULL,
            accounted_through INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE beats (host TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
        """

    private static let second = "CREATE TABLE memory (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;"
}
