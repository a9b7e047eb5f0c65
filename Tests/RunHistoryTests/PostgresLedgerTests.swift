import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// What is particular to a history in PostgreSQL: who may keep it, who shares it, and what happens when it goes away.
@Suite(.enabled(if: !ScratchCluster.binFolders.isEmpty, "no PostgreSQL server programs"))
struct PostgresLedgerTests {
    @Test func `several daemons that start together share one history`() async throws {
        try await PostgresFixture.withDatabase { info in
            let ledgers = (0..<4).map { _ in PostgresLedger(info, for: .keeping) }
            let winners = try await Claiming.race(for: 0..<1_000, among: ledgers)
            #expect(winners == Array(repeating: 1, count: 1_000))
            #expect(try await ledgers[3].unfinished().count == 1_000)
            for ledger in ledgers { await ledger.close() }
        }
    }

    @Test func `daemons that claim overlapping batches do not wait for each other for ever`() async throws {
        try await PostgresFixture.withDatabase { info in
            let ledgers = (0..<4).map { _ in PostgresLedger(info, for: .keeping) }
            let had = try await withThrowingTaskGroup(of: Int.self) { group in
                for ledger in ledgers {
                    group.addTask {
                        var had = 0
                        for batch in 0..<20 {
                            let runs = (0..<50).shuffled().map { Run.example(job: "job \($0)", due: batch) }
                            had += try await ledger.claim(runs).count
                        }
                        return had
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(had == 1_000)
            for ledger in ledgers { await ledger.close() }
        }
    }

    @Test func `the next call works when the connection was lost`() async throws {
        try await PostgresFixture.withDatabase { info in
            let ledger = PostgresLedger(info, for: .keeping)
            _ = try await ledger.claim(.example())
            let server = try await Session.open(info, applicationName: "test")
            let ended = try await server.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'dbops history' AND datname = current_database()
                """)
            #expect(ended.rows.count == 1)
            await server.close()
            #expect(try await ledger.claim(.example(due: 1)))
            #expect(try await ledger.allRuns().count == 2)
            await ledger.close()
            #expect(try await ledger.claim(.example(due: 2)))
            await ledger.close()
        }
    }

    @Test func `a claim whose connection is lost in the middle is made on a new one`() async throws {
        try await PostgresFixture.withDatabase { info in
            let ledger = PostgresLedger(info, for: .keeping)
            _ = try await ledger.allRuns()
            let rival = try await Session.open(info, applicationName: "rival")
            try await rival.execute("BEGIN")
            try await rival.execute(
                """
                INSERT INTO dbops.runs (id, job, kind, cause, scheduled_at, instant, host, attempts, missed_firings)
                SELECT 'aaaaaaaaaaaa', 'nightly', 'backup', 'schedule', due, due, 'rival', 1, 0
                FROM (VALUES (timestamptz '2026-11-21T02:00:00Z')) AS firing (due)
                """)
            let observer = try await Session.open(info, applicationName: "observer")
            func waiting() async throws -> [Int] {
                try await observer.query(
                    """
                    SELECT pid FROM pg_stat_activity
                    WHERE application_name = 'dbops history' AND wait_event_type = 'Lock'
                        AND datname = current_database()
                    """
                ).rows.map { try $0.int("pid") }
            }
            async let claimed = ledger.claim(.example())
            try await waitUntil("the claim waits for the rival") { try await waiting().count == 1 }
            let first = try await waiting()
            _ = try await observer.query("SELECT pg_terminate_backend(\(first[0]))")
            try await waitUntil("the claim waits again") {
                let now = try await waiting()
                return now.count == 1 && now != first
            }
            try await rival.execute("ROLLBACK")
            #expect(try await claimed)
            for session in [rival, observer] { await session.close() }
            await ledger.close()
        }
    }

    @Test func `a claim whose answer is lost is had all the same, once`() async throws {
        try await PostgresFixture.withProxy { info, proxy in
            let ledger = PostgresLedger(info, for: .keeping)
            _ = try await ledger.allRuns()
            proxy.set { $0.answersToLose = 1 }
            let run = Run.example()
            #expect(try await ledger.claim(run))
            #expect(proxy.resetCount == 1)
            #expect(try await ledger.allRuns() == [run])
            #expect(try await ledger.claim(.example()) == false)
            await ledger.close()
        }
    }

    @Test func `a claim that failed after it was made is had by whoever makes it again, and nobody else`() async throws
    {
        try await PostgresFixture.withProxy { info, proxy in
            let ledger = PostgresLedger(info, for: .keeping)
            _ = try await ledger.allRuns()
            // The claim's own answer, and that to the connection by which it is made again.
            proxy.set { $0.answersToLose = 2 }
            let run = Run.example()
            await #expect(throws: PostgresError.self) { _ = try await ledger.claim(run) }
            #expect(proxy.resetCount == 2)
            #expect(try await ledger.claim(.example()) == false)
            #expect(try await ledger.claim(run))
            #expect(try await ledger.allRuns() == [run])
            await ledger.close()
        }
    }

    @Test func `a role that owns nothing but the schema can keep the history`() async throws {
        try await withRole { info, role, superuser in
            try await superuser("CREATE SCHEMA dbops AUTHORIZATION \(role)")
            let ledger = PostgresLedger(info, for: .keeping)
            let run = Run.example()
            #expect(try await ledger.claim(run))
            try await ledger.append([RunLogLine(at: .example(0), level: "info", text: "a")], to: run.id)
            try await ledger.update(run.ended(.succeeded))
            try await ledger.forget(endedBefore: .example(1_000))
            #expect(try await ledger.allRuns().count == 1)
            await ledger.close()
        }
    }

    @Test func `a role that may not make the schema is told what to ask for`() async throws {
        try await withRole { info, role, _ in
            let ledger = PostgresLedger(info, for: .keeping)
            let error = await #expect(throws: PostgresLedgerError.self) { _ = try await ledger.claim(.example()) }
            #expect(error?.category == .permission)
            #expect(error?.hint?.contains("CREATE SCHEMA dbops AUTHORIZATION \"\(role)\"") == true)
            await ledger.close()
        }
    }

    @Test func `a role that owns neither schema nor tables is told so`() async throws {
        try await withRole { info, _, superuser in
            try await superuser("CREATE SCHEMA dbops")
            let ledger = PostgresLedger(info, for: .keeping)
            let error = await #expect(throws: PostgresLedgerError.self) { _ = try await ledger.claim(.example()) }
            #expect(error?.category == .permission)
            await ledger.close()
        }
    }

    @Test func `looking makes nothing`() async throws {
        try await PostgresFixture.withDatabase { info in
            let reader = PostgresLedger(info, for: .looking)
            let error = await #expect(throws: PostgresLedgerError.self) { _ = try await reader.allRuns() }
            #expect(error?.category == .unavailable)
            let session = try await Session.open(info, applicationName: "test")
            #expect(try await session.query("SELECT 1 FROM pg_namespace WHERE nspname = 'dbops'").rows.isEmpty)
            await session.close()
            let ledger = PostgresLedger(info, for: .keeping)
            _ = try await ledger.claim(.example())
            #expect(try await reader.allRuns().count == 1)
            for ledger in [ledger, reader] { await ledger.close() }
        }
    }

    @Test func `a history of a newer dbops is refused`() async throws {
        try await PostgresFixture.withDatabase { info in
            let first = PostgresLedger(info, for: .keeping)
            _ = try await first.claim(.example())
            await first.close()
            let session = try await Session.open(info, applicationName: "test")
            try await session.execute("UPDATE dbops.schema_version SET version = 99")
            await session.close()
            for use in [PostgresLedger.Use.keeping, .looking] {
                let ledger = PostgresLedger(info, for: use)
                let error = await #expect(throws: PostgresLedgerError.self) { _ = try await ledger.allRuns() }
                #expect(error?.message.contains("newer dbops") == true)
                await ledger.close()
            }
        }
    }

    @Test func `a database that cannot hold every text is refused`() async throws {
        let options = "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        try await PostgresFixture.withDatabase(options: options) { info in
            let ledger = PostgresLedger(info, for: .keeping)
            let error = await #expect(throws: PostgresLedgerError.self) { _ = try await ledger.claim(.example()) }
            #expect(error?.category == .configuration)
            await ledger.close()
        }
    }

    @Test func `settings of the role change nothing`() async throws {
        try await withRole { info, role, superuser in
            try await superuser("CREATE SCHEMA dbops AUTHORIZATION \(role)")
            for setting in [
                "TimeZone = 'Asia/Kathmandu'", "DateStyle = 'German'", "default_transaction_isolation = 'serializable'",
                "search_path = 'nowhere'", "synchronous_commit = off", "IntervalStyle = 'iso_8601'",
            ] {
                try await superuser("ALTER ROLE \(role) SET \(setting)")
            }
            let ledger = PostgresLedger(info, for: .keeping)
            let run = Run.example()
            #expect(try await ledger.claim(run))
            #expect(try await ledger.allRuns() == [run])
            let session = try await Session.open(info, applicationName: "test")
            let stored = try await session.query("SELECT scheduled_at = '2026-11-21T02:00:00Z' AS same FROM dbops.runs")
            #expect(try stored.onlyRow().bool("same"))
            await session.close()
            await ledger.close()
        }
    }

    /// A database, and a role that has no right in it but to connect.
    private func withRole(
        _ body: (ConnectionInfo, _ role: String, _ superuser: (String) async throws -> Void) async throws -> Void
    ) async throws {
        let cluster = try await ScratchCluster.shared()
        let role = "keeper_\(UInt64.random(in: 0...UInt64.max))"
        try await PostgresFixture.withDatabase { info in
            let database = try #require(info.database)
            func superuser(_ sql: String) async throws {
                try await cluster.psql(ServerText(sql), database: database)
            }
            try await superuser("CREATE ROLE \(role) LOGIN PASSWORD 'keeper'")
            let tcp = try #require(cluster.tcpConnectionInfo)
            try await body(
                tcp.with(database: database).with(user: role).with(password: Secret("keeper")), role, superuser)
        }
        try await cluster.psql("DROP ROLE \(ServerText(role))")
    }
}
