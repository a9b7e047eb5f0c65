import JobModel
import Testing

@testable import Operations

/// Something wrong in a database, and what is to be found of it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let check: AdviceCheck
    let script: ServerText
    /// The findings' objects, worst first.
    let objects: [String]
    var severity = AdviceSeverity.notice
    /// Whether the printed statements set it right.
    var isMendedByStatements = true
    /// A query that says whether this server has what it takes.
    var needs: ServerText = "SELECT true"

    var testDescription: String { "\(check.id.rawValue): \(name)" }

    private static let hasPgstattuple: ServerText =
        "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgstattuple')"

    static let all = indexes + tables + numbers + statistics + rights

    static let indexes: [PlantedFault] = [
        PlantedFault(
            name: "a foreign key whose parent loses rows", check: .foreignKeyWithoutIndex,
            script: """
                CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, "Parent" int REFERENCES parent);
                INSERT INTO parent SELECT generate_series(1, 10);
                INSERT INTO child SELECT n, 1 + n % 9 FROM generate_series(1, 10000) n; ANALYZE; DELETE FROM parent WHERE id = 10;
                CREATE INDEX ON child (id, "Parent"); CREATE INDEX ON child ("Parent") WHERE id > 5;
                """, objects: [#"public.child."child_Parent_fkey""#], severity: .warning),
        PlantedFault(
            name: "a foreign key of two columns, one of them indexed", check: .foreignKeyWithoutIndex,
            script: """
                CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE child (b int, a int, c int,
                CONSTRAINT k FOREIGN KEY (a, b) REFERENCES parent); CREATE INDEX ON child (a, c, b);
                """, objects: ["public.child.k"]),
        PlantedFault(
            name: "a large child whose parent never loses a row", check: .foreignKeyWithoutIndex,
            script: """
                CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent);
                INSERT INTO parent SELECT generate_series(1, 10);
                INSERT INTO child SELECT n, 1 + n % 9 FROM generate_series(1, 10000) n; ANALYZE;
                """, objects: ["public.child.child_p_fkey"]),
        PlantedFault(
            name: "a partitioned child of which one partition has the index", check: .foreignKeyWithoutIndex,
            script: """
                CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (p int REFERENCES parent) PARTITION BY RANGE (p);
                CREATE TABLE c1 PARTITION OF child FOR VALUES FROM (0) TO (5); CREATE INDEX ON c1 (p);
                CREATE TABLE c2 PARTITION OF child FOR VALUES FROM (5) TO (9);
                """, objects: ["public.child.child_p_fkey"], isMendedByStatements: false),
        PlantedFault(
            name: "the same index three times, once as a constraint", check: .duplicateIndex,
            script: """
                CREATE TABLE t (a int UNIQUE, b text); CREATE INDEX same ON t (a); CREATE UNIQUE INDEX again ON t (a);
                CREATE INDEX b1 ON t (b); CREATE INDEX b2 ON t (b);
                """, objects: ["public.again", "public.b2", "public.same"], severity: .warning),
        PlantedFault(
            name: "the same index with another order of what is included", check: .duplicateIndex,
            script: """
                CREATE TABLE t (a int, b int, c int); CREATE INDEX i1 ON t (a) INCLUDE (b, c);
                CREATE INDEX i2 ON t (a) INCLUDE (c, b);
                """, objects: ["public.i2"], severity: .warning),
        PlantedFault(
            name: "an index of a partitioned table, twice", check: .duplicateIndex,
            script: """
                CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (5);
                CREATE INDEX i1 ON t (a); CREATE INDEX i2 ON t (a);
                """, objects: ["public.i2"], severity: .warning),
        PlantedFault(
            name: "a chain of prefixes", check: .redundantIndex,
            script: """
                CREATE TABLE t (a int, b int, c int); CREATE INDEX a ON t (a); CREATE INDEX ab ON t (a, b);
                CREATE INDEX abc ON t (a, b, c); CREATE INDEX covered ON t (b); CREATE INDEX covering ON t (b) INCLUDE (c);
                """, objects: ["public.a", "public.ab", "public.covered"]),
        PlantedFault(
            name: "an index that nobody uses", check: .unusedIndex(UnusedIndexLimits(leastBytes: 1_000)),
            script: """
                CREATE TABLE t2 (a int PRIMARY KEY); CREATE TABLE t (a int, b int, c int, d int REFERENCES t2, e int);
                INSERT INTO t SELECT n, n, n, NULL, n FROM generate_series(1, 5000) n;
                CREATE UNIQUE INDEX u ON t (a); CREATE INDEX used ON t (b); CREATE INDEX "not Used" ON t (c);
                CREATE INDEX of_key ON t (d); CREATE INDEX of_expression ON t ((e + 1)); ANALYZE;
                SET enable_seqscan = off; SELECT count(*) FROM t WHERE b = 5;
                """, objects: [#"public."not Used""#]),
        PlantedFault(
            name: "a unique index that could not be built", check: .invalidIndex,
            script: """
                CREATE TABLE t (a int); CREATE INDEX rebuilt_ccnew ON t (a); CREATE INDEX broken ON t (a);
                CREATE INDEX fine ON t (a);
                UPDATE pg_index SET indisvalid = false
                  WHERE indexrelid IN ('broken'::regclass, 'rebuilt_ccnew'::regclass);
                """, objects: ["public.broken", "public.rebuilt_ccnew"], severity: .warning),
        PlantedFault(
            name: "an index of which most entries were deleted",
            check: .indexBloat(BloatLimits(leastWastedBytes: 500_000)),
            script: """
                CREATE TABLE t (a bigint, b text) WITH (autovacuum_enabled = off);
                INSERT INTO t SELECT n, n::text FROM generate_series(1, 50000) n; CREATE INDEX loose ON t (a);
                CREATE INDEX dense ON t (b);
                DELETE FROM t WHERE a % 10 > 0; VACUUM t; REINDEX INDEX dense; ANALYZE t;
                """, objects: ["public.loose"], severity: .warning),
        PlantedFault(
            name: "the same, measured", check: .indexBloat(BloatLimits(leastWastedBytes: 500_000)),
            script: """
                CREATE SCHEMA "Tools"; CREATE EXTENSION pgstattuple SCHEMA "Tools";
                CREATE TABLE t (a bigint) WITH (autovacuum_enabled = off);
                INSERT INTO t SELECT generate_series(1, 50000); CREATE INDEX loose ON t (a);
                DELETE FROM t WHERE a % 10 > 0; VACUUM t; ANALYZE t;
                """, objects: ["public.loose"], severity: .warning, needs: hasPgstattuple),
        PlantedFault(
            name: "a large table that is read whole",
            check: .missingIndex(ScanLimits(leastRows: 1_000, leastScans: 3, leastScansPerDay: 0)),
            script: """
                CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE small (b int);
                INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n; ANALYZE;
                SELECT count(*) FROM t WHERE b = 1; SELECT count(*) FROM t WHERE b = 2; SELECT count(*) FROM t WHERE b = 3;
                SELECT count(*) FROM small; SELECT count(*) FROM small; SELECT count(*) FROM small;
                """, objects: ["public.t"], isMendedByStatements: false),
        PlantedFault(
            name: "indexes of few values and of nulls", check: .lowCardinalityIndex(leastRows: 1_000),
            script: """
                CREATE TABLE t (id int PRIMARY KEY, halves int, mostly_null int, skewed int, many int);
                INSERT INTO t SELECT n, n % 2, CASE WHEN n % 50 = 0 THEN n END, CASE WHEN n % 100 = 0 THEN 1 ELSE 0 END, n
                  FROM generate_series(1, 5000) n;
                CREATE INDEX halves ON t (halves); CREATE INDEX mostly_null ON t (mostly_null);
                CREATE INDEX skewed ON t (skewed); CREATE INDEX many ON t (many); ANALYZE;
                """, objects: ["public.halves", "public.mostly_null"]),
    ]

    static let tables: [PlantedFault] = [
        PlantedFault(
            name: "constraints of tables and of a domain", check: .unvalidatedConstraint,
            script: """
                CREATE TABLE t (a int PRIMARY KEY, b int); ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0) NOT VALID;
                ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES t NOT VALID;
                CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT dc CHECK (VALUE > 0) NOT VALID;
                """, objects: ["public.d.dc", "public.t.c", "public.t.f"], severity: .warning),
        PlantedFault(
            name: "a trigger", check: .disabledTrigger,
            script: """
                CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER stopped BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
                CREATE TRIGGER going BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
                ALTER TABLE t DISABLE TRIGGER stopped;
                """, objects: ["public.t.stopped"], severity: .warning),
        PlantedFault(
            name: "a foreign key's triggers", check: .disabledTrigger,
            script: """
                CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE c (a int CONSTRAINT k REFERENCES p);
                ALTER TABLE c DISABLE TRIGGER ALL;
                """, objects: ["public.c.k"], severity: .critical),
        PlantedFault(
            name: "a setting of the database", check: .disabledTrigger,
            script: """
                SELECT format('ALTER DATABASE %I SET session_replication_role = replica', current_database()) \\gexec
                """, objects: ["DATABASE"], severity: .critical),
        PlantedFault(
            name: "tables without a key", check: .tableWithoutKey,
            script: """
                CREATE TABLE bare (a int); CREATE TABLE nearly (a int NOT NULL); CREATE UNIQUE INDEX ON nearly (a);
                CREATE TABLE whole (a int) PARTITION BY RANGE (a); CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (5);
                CREATE TABLE keyed (a int PRIMARY KEY);
                """, objects: ["public.bare", "public.nearly", "public.whole"], isMendedByStatements: false),
        PlantedFault(
            name: "a published table without a key", check: .tableWithoutKey,
            script: """
                CREATE TABLE bare (a int, b int NOT NULL UNIQUE); CREATE TABLE keyed (a int PRIMARY KEY);
                CREATE PUBLICATION p FOR TABLE bare, keyed;
                """, objects: ["public.bare"], severity: .critical, isMendedByStatements: false),
        PlantedFault(
            name: "a table of a published schema", check: .tableWithoutKey,
            script: "CREATE SCHEMA s; CREATE TABLE s.bare (a int); CREATE PUBLICATION p FOR TABLES IN SCHEMA s",
            objects: ["s.bare"], severity: .critical, isMendedByStatements: false,
            needs: "SELECT current_setting('server_version_num')::int >= 150000"),
        PlantedFault(
            name: "a table of which most rows were deleted", check: .tableBloat(BloatLimits(leastWastedBytes: 500_000)),
            script: """
                CREATE TABLE t (a int PRIMARY KEY, b text) WITH (autovacuum_enabled = off);
                INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n;
                CREATE TABLE dense AS SELECT * FROM t;
                DELETE FROM t WHERE a % 10 > 0; VACUUM t; ANALYZE;
                """, objects: ["public.t"], severity: .warning, isMendedByStatements: false),
        PlantedFault(
            name: "the same, measured", check: .tableBloat(BloatLimits(leastWastedBytes: 500_000)),
            script: """
                CREATE EXTENSION pgstattuple; CREATE TABLE t (a int PRIMARY KEY, b text) WITH (autovacuum_enabled = off);
                INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n;
                DELETE FROM t WHERE a % 10 > 0; VACUUM t; ANALYZE;
                """, objects: ["public.t"], severity: .warning, isMendedByStatements: false, needs: hasPgstattuple),
        PlantedFault(
            name: "a remainder without a partition", check: .hashPartitionMissing,
            script: """
                CREATE TABLE t (a int) PARTITION BY HASH (a); CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 0);
                CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 1);
                CREATE TABLE u (a int) PARTITION BY HASH (a); CREATE TABLE u0 PARTITION OF u FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE u1 PARTITION OF u FOR VALUES WITH (MODULUS 4, REMAINDER 1);
                CREATE TABLE u3 PARTITION OF u FOR VALUES WITH (MODULUS 4, REMAINDER 3);
                """, objects: ["public.t"], severity: .critical, isMendedByStatements: false),
        PlantedFault(
            name: "sessions and notifications of long ago", check: .expiredRows(leastRows: 1_000),
            script: """
                CREATE TABLE user_sessions (id int PRIMARY KEY, expires_at timestamptz);
                INSERT INTO user_sessions SELECT n, now() - n * '1 hour'::interval FROM generate_series(1, 5000) n;
                CREATE TABLE "Notifications" (id int PRIMARY KEY, created_at timestamp, read_at timestamptz);
                INSERT INTO "Notifications" SELECT n, now() - n * '1 hour'::interval FROM generate_series(1, 5000) n;
                CREATE TABLE fresh_sessions (id int PRIMARY KEY, expires_at timestamptz);
                INSERT INTO fresh_sessions SELECT n, now() - n * '1 minute'::interval FROM generate_series(1, 5000) n;
                CREATE TABLE notification (id int PRIMARY KEY, created_at timestamptz);
                INSERT INTO notification SELECT n, now() - n * '1 hour'::interval FROM generate_series(1, 5000) n; ANALYZE;
                """, objects: ["public.user_sessions", #"public."Notifications""#], isMendedByStatements: false),
        PlantedFault(
            name: "an unlogged table", check: .unloggedTable, script: "CREATE UNLOGGED TABLE t (a int)",
            objects: ["public.t"]),
    ]

    static let numbers: [PlantedFault] = [
        PlantedFault(
            name: "sequences, alone and by their columns", check: .sequenceHeadroom,
            script: """
                CREATE TABLE t (a serial, b int GENERATED ALWAYS AS IDENTITY, c smallserial, d bigserial);
                SELECT setval('t_a_seq', 1950000000), setval('t_b_seq', 1600000000), setval('t_c_seq', 17000),
                  setval('t_d_seq', 1950000000);
                CREATE SEQUENCE own; CREATE TABLE u (a int DEFAULT nextval('own')); SELECT setval('own', 2140000000);
                CREATE SEQUENCE down AS int INCREMENT -1; CREATE TABLE v (a int DEFAULT nextval('down'));
                SELECT setval('down', -2000000000);
                """,
            objects: ["public.own", "public.down", "public.t_a_seq", "public.t_b_seq", "public.t_c_seq"],
            severity: .critical, isMendedByStatements: false),
        PlantedFault(
            name: "a key that the application counts", check: .keyHeadroom,
            script: """
                CREATE TABLE counted (a int PRIMARY KEY); INSERT INTO counted SELECT 2000000000 + n FROM generate_series(1, 5000) n;
                CREATE TABLE young (a int PRIMARY KEY); INSERT INTO young SELECT n FROM generate_series(1, 5000) n;
                CREATE TABLE random (a int PRIMARY KEY);
                INSERT INTO random SELECT hashint4(n) FROM generate_series(1, 5000) n ON CONFLICT DO NOTHING; ANALYZE;
                """, objects: ["public.counted.a"], severity: .critical),
        PlantedFault(
            name: "columns narrower than their key", check: .narrowForeignKey,
            script: """
                CREATE TABLE p (a bigserial PRIMARY KEY, b int UNIQUE); CREATE TABLE c (a int REFERENCES p, b smallint REFERENCES p (b));
                SELECT setval('p_a_seq', 2000000000);
                """, objects: ["public.c.a", "public.c.b"], severity: .critical),
        PlantedFault(
            name: "sequences that rows were copied past", check: .identityDrift,
            script: """
                CREATE TABLE t (a serial PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10);
                CREATE TABLE "U" ("A" int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY); INSERT INTO "U" VALUES (DEFAULT), (2);
                CREATE TABLE fine (a serial PRIMARY KEY); INSERT INTO fine VALUES (DEFAULT), (DEFAULT);
                """, objects: ["public.t_a_seq", #"public."U_A_seq""#], severity: .critical),
        PlantedFault(
            name: "a key set by hand far ahead", check: .identityDrift,
            script: "CREATE TABLE t (a serial PRIMARY KEY); INSERT INTO t VALUES (DEFAULT), (1000000)",
            objects: ["public.t_a_seq"]),
    ]

    static let statistics: [PlantedFault] = [
        PlantedFault(
            name: "tables never analyzed, long ago, and parents", check: .staleStatistics(leastAge: .zero),
            script: """
                CREATE TABLE never (a int) WITH (autovacuum_enabled = off); INSERT INTO never SELECT generate_series(1, 20000);
                CREATE TABLE old (a int) WITH (autovacuum_enabled = off); INSERT INTO old SELECT generate_series(1, 2000); ANALYZE old;
                INSERT INTO old SELECT generate_series(1, 5000);
                CREATE TABLE whole (a int) PARTITION BY RANGE (a); CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9999);
                INSERT INTO whole SELECT generate_series(1, 500); ANALYZE part; CREATE TABLE empty (a int);
                CREATE TABLE fresh AS SELECT generate_series(1, 900) a; ANALYZE fresh;
                """, objects: ["public.never", "public.old", "public.whole"], severity: .warning),
        PlantedFault(
            name: "a table and the toast of another", check: .autovacuumDisabled,
            script: """
                CREATE TABLE t (a int) WITH (autovacuum_enabled = false); CREATE TABLE u (a text) WITH (toast.autovacuum_enabled = off);
                CREATE TABLE v (a int) WITH (autovacuum_enabled = on);
                """, objects: ["public.t", "public.u"]),
        PlantedFault(
            name: "a table too large for its scale factor", check: .autovacuumScaleFactor(leastDeadRows: 1_000),
            script: """
                CREATE TABLE t AS SELECT generate_series(1, 10000) a; ANALYZE t;
                CREATE TABLE u (a int) WITH (autovacuum_vacuum_scale_factor = 0.01);
                INSERT INTO u SELECT * FROM t; ANALYZE u;
                """, objects: ["public.t"]),
    ]

    static let rights: [PlantedFault] = [
        PlantedFault(
            name: "policies that do not hold", check: .rowSecurityGap,
            script: """
                CREATE TABLE open (a int); CREATE POLICY p ON open USING (a > 0); CREATE TABLE closed (a int);
                ALTER TABLE closed ENABLE ROW LEVEL SECURITY; CREATE TABLE fine (a int); CREATE POLICY p ON fine USING (a > 0);
                ALTER TABLE fine ENABLE ROW LEVEL SECURITY;
                """, objects: ["public.open", "public.closed"], severity: .critical),
        PlantedFault(
            name: "functions", check: .definerSearchPath,
            script: """
                CREATE FUNCTION f(int, text) RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
                CREATE PROCEDURE "P"() SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION pinned() RETURNS int SECURITY DEFINER SET search_path = public LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION standard() RETURNS int SECURITY DEFINER LANGUAGE sql RETURN 1;
                CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
                """, objects: [#"public."P"()"#, "public.f(integer,text)"], severity: .warning),
        PlantedFault(
            name: "a schema", check: .publicSchemaCreate,
            script: """
                REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE SCHEMA "Open"; GRANT CREATE ON SCHEMA "Open" TO PUBLIC;
                CREATE SCHEMA seen; GRANT USAGE ON SCHEMA seen TO PUBLIC;
                """, objects: [#""Open""#], severity: .warning),
        PlantedFault(
            name: "a collation of another version", check: .collationDrift,
            script: """
                DO $$ BEGIN EXECUTE format('CREATE COLLATION german FROM pg_catalog.%I', (
                  SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6) AND pg_collation_actual_version(oid) > ''
                  ORDER BY collname LIMIT 1)); END $$;
                CREATE TABLE t (a text COLLATE german PRIMARY KEY); UPDATE pg_collation SET collversion = '0' WHERE collname = 'german';
                """, objects: ["collation public.german"], severity: .critical,
            needs:
                "SELECT bool_or(pg_collation_actual_version(oid) > '') FROM pg_collation WHERE collencoding IN (-1, 6)"),
        PlantedFault(
            name: "an extension", check: .outdatedExtension,
            script: "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'",
            objects: ["plpgsql"], isMendedByStatements: false),
    ]
}
