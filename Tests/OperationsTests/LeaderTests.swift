import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    @Suite struct LeaderTests {
        private func begin(_ session: Session, patience: Duration = .seconds(30)) async throws -> SnapshotLeader {
            try await SnapshotLeader.begin(
                on: session, facts: try await ServerFacts.gather(session), patience: patience)
        }

        @Test func `locks every table whose rows could be in a dump, and nothing else`() async throws {
            let script: ServerText = """
                CREATE TABLE plain (id int); CREATE UNLOGGED TABLE fleeting (id int); CREATE TABLE nothing ();
                CREATE SCHEMA "Odd ""one"; CREATE TABLE "Odd ""one"."a.b" (id int);
                CREATE TABLE parted (id int) PARTITION BY RANGE (id);
                CREATE TABLE leaf PARTITION OF parted FOR VALUES FROM (1) TO (9);
                CREATE TABLE child () INHERITS (plain);
                CREATE VIEW seen AS SELECT 1; CREATE MATERIALIZED VIEW kept AS SELECT 1; CREATE SEQUENCE counter;
                CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
                CREATE FOREIGN TABLE remote (id int) SERVER far;
                """
            try await Workbench.with(script) { bench in
                let session = try await bench.openSession()
                let leader = try await begin(session)
                let locked = try await bench.cluster.psql(
                    """
                    SELECT string_agg(relation::regclass::text, ' ' ORDER BY relation::regclass::text) FROM pg_locks
                    WHERE pid = \(ServerText("\(session.server.backendProcessID)")) AND locktype = 'relation'
                    AND relation >= 16384 AND mode = 'AccessShareLock' AND granted
                    """, database: bench.database.database ?? "")
                #expect(locked == "\"Odd \"\"one\".\"a.b\" child fleeting leaf nothing parted plain")
                #expect(leader.lockedTables.count { $0 >= 16_384 } == 7)
                #expect(leader.tableCount == 7)
                #expect(leader.refusals.isEmpty)
                await session.close()
            }
        }

        @Test func `takes the snapshot only after the locks`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT n FROM generate_series(1, 5) n") { bench in
                let (session, other) = (try await bench.openSession(), try await bench.openSession())
                try await other.execute("BEGIN; TRUNCATE t; INSERT INTO t VALUES (1), (2), (3)")
                async let leader = begin(session)
                try await bench.waitForWaiter(on: "t", other)
                try await other.execute("COMMIT")
                _ = try await leader
                let rows = try await session.query("SELECT count(*) AS n FROM t")
                #expect(try rows.onlyRow().int("n") == 3, "a snapshot from before the TRUNCATE sees no row")
                await session.close()
                await other.close()
            }
        }

        @Test func `hands out a snapshot in which other sessions see the same`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let (session, other) = (try await bench.openSession(), try await bench.openSession())
                let leader = try await begin(session)
                try await bench.psql("INSERT INTO t VALUES (2)")
                try await other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                try await other.execute("SET TRANSACTION SNAPSHOT '\(ServerText(leader.snapshotName))'")
                let rows = try await other.query("SELECT count(*) AS n FROM t")
                #expect(try rows.onlyRow().int("n") == 1)
                #expect(!leader.snapshot.inRecovery)
                #expect(leader.snapshot.lsn.contains("/"))
                await session.close()
                await other.close()
            }
        }

        @Test func `says that the session was lost where the transaction cannot be ended`() async throws {
            try await Workbench.with { bench in
                let session = try await bench.openSession()
                let leader = try await begin(session)
                try await bench.psql(
                    "SELECT pg_terminate_backend(\(ServerText("\(session.server.backendProcessID)")), 5000)")
                let error = try await #require(throws: OperationError.self) { try await leader.release() }
                guard case .leaderLost(let reason) = error else { return try #require(Bool(false), "\(error)") }
                #expect(reason.contains("terminating connection"))
                await session.close()
            }
        }

        @Test func `names the number of tables and the setting where the server runs out of locks`() async throws {
            let script: ServerText =
                "DO $$BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE TABLE t%s ()', i); END LOOP; END$$"
            try await Workbench.with(script) { bench in
                let (session, greedy) = (try await bench.openSession(), try await bench.openSession())
                let facts = try await ServerFacts.gather(session)
                // Locks of sessions outlive the statement that fails when the table is full.
                _ = try? await greedy.query("SELECT count(pg_advisory_lock(n)) FROM generate_series(1, 1000000) n")
                try await greedy.execute("SELECT pg_advisory_unlock(n) FROM generate_series(1, 10) n")
                let error = await #expect(throws: OperationError.self) {
                    _ = try await SnapshotLeader.begin(on: session, facts: facts, patience: .zero)
                }
                try await greedy.execute("SELECT pg_advisory_unlock_all()")
                #expect(error == .lockTableFull(tables: 40, maxLocksPerTransaction: facts.maximumLocksPerTransaction))
                await greedy.close()
                await session.close()
            }
        }
    }

    @Suite struct LockingTests {
        private func locks(
            _ session: Session, patience: Duration, _ pause: @escaping @Sendable () async throws -> Void = {}
        ) -> TableLocks {
            TableLocks(session: session, patience: patience, pause: pause)
        }

        @Test func `locks the rest of a batch where one table is held, and that one once it is free`() async throws {
            let script: ServerText =
                "DO $$BEGIN FOR i IN 1..510 LOOP EXECUTE format('CREATE TABLE t%s ()', i); END LOOP; END$$"
            try await Workbench.with(script) { bench in
                let (session, other) = (try await bench.openSession(), try await bench.openSession())
                try await other.execute("BEGIN; LOCK TABLE t7 IN ACCESS EXCLUSIVE MODE")
                let tables = try await LockableTable.list(on: session)
                #expect(tables.count == 510 && tables.count > TableLocks.batchSize)
                let pauses = Journal<Int>()
                try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                let refusals = try await locks(session, patience: .seconds(60)) {
                    pauses.add(try await bench.heldLocks(of: session))
                    if pauses.all.count == 2 { try await other.execute("COMMIT") }
                }.acquire(tables, serverDeadlockTimeoutInMilliseconds: 100)
                #expect(refusals.isEmpty)
                #expect(pauses.all == [509, 509])
                #expect(try await bench.heldLocks(of: session) == 510)
                await session.close()
                await other.close()
            }
        }

        @Test func `gives up what stays held when the patience is over, and keeps the rest`() async throws {
            try await Workbench.with("CREATE TABLE held (); CREATE TABLE free ()") { bench in
                let (session, other) = (try await bench.openSession(), try await bench.openSession())
                try await other.execute("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                let tables = try await LockableTable.list(on: session)
                try await session.execute("BEGIN")
                let refusals = try await locks(session, patience: .milliseconds(50))
                    .acquire(tables, serverDeadlockTimeoutInMilliseconds: 20)
                #expect(refusals.map(\.table.displayName) == ["public.held"])
                #expect(refusals.first?.error.category == .tryLater)
                let timeout = try await session.query("SELECT current_setting('lock_timeout') AS t")
                #expect(try timeout.onlyRow().string("t") == "0")
                await session.close()
                await other.close()
            }
        }

        @Test func `passes over tables that were dropped since they were listed`() async throws {
            try await Workbench.with("CREATE TABLE gone (); CREATE TABLE there ()") { bench in
                let session = try await bench.openSession()
                let tables = try await LockableTable.list(on: session)
                try await bench.psql("DROP TABLE gone")
                try await session.execute("BEGIN")
                let refusals = try await locks(session, patience: .zero)
                    .acquire(tables, serverDeadlockTimeoutInMilliseconds: 1_000)
                #expect(refusals.isEmpty)
                #expect(try await bench.heldLocks(of: session) == 1)
                await session.close()
            }
        }
    }
}
