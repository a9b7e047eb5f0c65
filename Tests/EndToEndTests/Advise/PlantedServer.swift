/// A database and a server with as much wrong as one can have at a time, each fault past the advisor's own limits.
enum PlantedServer {
    /// Above three quarters of what there is, and below where vacuum gives up its pauses.
    static let nextXid = 1_550_000_000

    static let settings = [
        "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_max_workers": "1",
        "autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "100ms", "autovacuum_vacuum_cost_limit": "1",
        "max_prepared_transactions": "5", "track_io_timing": "on", "shared_preload_libraries": "pg_stat_statements",
        "wal_level": "logical", "archive_mode": "on", "archive_command": "false", "shared_buffers": "32MB",
    ]

    static let database = """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, narrow int);
        CREATE INDEX same ON child (narrow); CREATE INDEX again ON child (narrow); CREATE INDEX longer ON child (narrow, id);
        CREATE TABLE wide (id bigint PRIMARY KEY); CREATE TABLE narrow (id int PRIMARY KEY REFERENCES wide);
        CREATE TABLE big (id int PRIMARY KEY, half int, spare int);
        INSERT INTO big SELECT n, n % 2, n FROM generate_series(1, 120000) n;
        CREATE INDEX never_used ON big (spare); CREATE INDEX halves ON big (half); CREATE INDEX broken ON big (spare, half);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
        CREATE TABLE loose (id int PRIMARY KEY, filler text) WITH (fillfactor = 10);
        INSERT INTO loose SELECT n, repeat('x', 150) FROM generate_series(1, 60000) n; ALTER TABLE loose RESET (fillfactor);
        CREATE TABLE airy (id bigint); INSERT INTO airy SELECT n FROM generate_series(1, 600000) n;
        ALTER TABLE airy ADD CONSTRAINT airy_key PRIMARY KEY (id) WITH (fillfactor = 10);
        ALTER INDEX airy_key RESET (fillfactor);
        ALTER TABLE child ADD CONSTRAINT positive CHECK (narrow > 0) NOT VALID;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER stopped BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION touch();
        ALTER TABLE child DISABLE TRIGGER stopped;
        CREATE TABLE bare (a int);
        CREATE TABLE hashed (a int PRIMARY KEY) PARTITION BY HASH (a);
        CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE UNLOGGED TABLE cache (a int PRIMARY KEY);
        CREATE TABLE web_sessions (id int PRIMARY KEY, expires_at timestamptz);
        INSERT INTO web_sessions SELECT n, now() - n * '10 minutes'::interval FROM generate_series(1, 150000) n;
        CREATE INDEX ON web_sessions (expires_at);
        CREATE TABLE counted (id serial PRIMARY KEY); SELECT setval('counted_id_seq', 2000000000);
        CREATE TABLE numbered (id int PRIMARY KEY); INSERT INTO numbered SELECT 2000000000 + n FROM generate_series(1, 5000) n;
        CREATE TABLE drifted (id bigserial PRIMARY KEY); INSERT INTO drifted SELECT generate_series(1, 10);
        CREATE TABLE resting (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
        CREATE TABLE huge (id int PRIMARY KEY);
        CREATE TABLE open_rows (a int PRIMARY KEY); CREATE POLICY own ON open_rows USING (a > 0);
        CREATE FUNCTION definer() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
        CREATE SCHEMA everybody; GRANT CREATE ON SCHEMA everybody TO PUBLIC;
        DO $$ BEGIN EXECUTE format('CREATE COLLATION german FROM pg_catalog.%I', (
          SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6) AND pg_collation_actual_version(oid) > ''
          ORDER BY collname LIMIT 1)); END $$;
        CREATE TABLE sorted (a text COLLATE german PRIMARY KEY);
        UPDATE pg_collation SET collversion = '0' WHERE collname = 'german';
        UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql';
        CREATE EXTENSION pg_stat_statements;
        ANALYZE;
        UPDATE pg_class SET reltuples = 200000000 WHERE oid = 'huge'::regclass;
        CREATE TABLE unknown (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
        INSERT INTO unknown SELECT generate_series(1, 20000);
        DO $$ BEGIN FOR n IN 1..1100 LOOP PERFORM count(*) FROM big WHERE half + spare = n; END LOOP; END $$;
        CREATE ROLE chief SUPERUSER LOGIN; CREATE ROLE busy LOGIN CONNECTION LIMIT 1;
        BEGIN; INSERT INTO bare VALUES (3); PREPARE TRANSACTION 'forgotten';
        ALTER SYSTEM SET max_connections = 50; SELECT pg_switch_wal(); SELECT pg_stat_reset_shared('bgwriter');
        """

    /// What changes between the first run and the second.
    static let changes = """
        ALTER SYSTEM SET synchronous_standby_names = 'gone'; ALTER SYSTEM SET work_mem = '5MB'; SELECT pg_reload_conf();
        """

    /// What has to be found, as `check object`; sessions have numbers, which are left out.
    static let findings: Set<String> = [
        "foreign-key-without-index public.child.child_parent_fkey", "duplicate-index public.again",
        "redundant-index public.same", "unused-index public.never_used", "invalid-index public.broken",
        "index-bloat public.airy_key", "missing-index public.big", "low-cardinality-index public.halves",
        "unvalidated-constraint public.child.positive", "disabled-trigger public.child.stopped",
        "table-without-key public.bare", "table-bloat public.loose", "hash-partition-missing public.hashed",
        "unlogged-table public.cache", "expired-rows public.web_sessions", "sequence-headroom public.counted_id_seq",
        "key-headroom public.numbered.id", "narrow-foreign-key public.narrow.id",
        "identity-drift public.drifted_id_seq", "stale-statistics public.unknown",
        "autovacuum-disabled public.resting", "autovacuum-scale-factor public.huge",
        "row-security-gap public.open_rows", "definer-search-path public.definer()", "public-schema-create everybody",
        "collation-drift collation public.german", "outdated-extension plpgsql", "long-transaction session",
        "idle-in-transaction session", "xmin-holder slot decoding",
        "prepared-transaction prepared transaction forgotten", "wraparound database shop",
        "wraparound database template0", "connection-saturation ROLE busy", "slot-without-limit server",
        "synchronous-standby-missing server", "archiver archiver", "slow-statement statement", "unsafe-setting fsync",
        "unsafe-setting full_page_writes", "checksums-off server", "untuned-setting log_lock_waits",
        "untuned-setting shared_buffers", "pending-restart max_connections", "setting-changed work_mem",
        "superuser-login ROLE chief", "no-backup database",
    ]

    /// What takes a standby, days of load, a slow disk, an old release, a pooler, or a process of the server's own that
    /// believes in the false clock, and is planted in other tests.
    static let plantedElsewhere: Set<String> = [
        "autovacuum-saturated", "slot-retains-wal", "replication-lag", "standby-disconnected", "frequent-checkpoints",
        "connection-churn",
        "cache-hit", "statements-not-tracked", "statements-evicted", "temporary-files", "deadlocks", "outdated-server",
        "pool-waits", "pool-budget", "pool-clients", "pool-hazard",
    ]
}
