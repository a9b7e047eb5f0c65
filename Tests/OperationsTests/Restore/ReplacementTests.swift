import JobModel
import Synchronization
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

@Suite struct ReplacementNamesTests {
    private func names(_ name: String) throws -> ReplacementNames {
        let instant = try #require(CivilTime(compactText: "20261121T191500Z"))
        return ReplacementNames(name, runID: try #require(RunID("aaaaaaaaaaaa")), at: instant)
    }

    @Test func `say when the database was replaced`() throws {
        #expect(try names("shop").kept == "shop_before_20261121_191500")
        #expect(try names("shop").report.drop == "DROP DATABASE \"shop_before_20261121_191500\";")
    }

    @Test(arguments: [String(repeating: "x", count: 63), String(repeating: "ä", count: 31)])
    func `stay within what PostgreSQL takes, by whole characters`(name: String) throws {
        let kept = try names(name).kept
        #expect(kept.utf8.count <= 63 && kept.utf8.count > 60)
        #expect(kept.hasSuffix("_before_20261121_191500") && kept.hasPrefix(name.prefix(15)))
    }

    @Test func `lead there and back again`() throws {
        let names = try names("my \"shop")
        #expect(names.swap[0] == "ALTER DATABASE \"my \"\"shop\" RENAME TO \"my \"\"shop_before_20261121_191500\";")
        #expect(names.swapBack[1] == "ALTER DATABASE \"my \"\"shop_before_20261121_191500\" RENAME TO \"my \"\"shop\";")
    }
}

extension ServerTests {
    /// A backup in the place of a database that lives.
    @Suite struct ReplacementTests {
        private static let shop: ServerText = """
            CREATE TABLE t (id serial PRIMARY KEY, t text); INSERT INTO t (t) SELECT 'row ' || n FROM generate_series(1, 50) n;
            SELECT lo_from_bytea(100001, 'hello');
            """

        private func replacement(
            of source: BackupSource, _ bench: Workbench, disconnects: Bool = false, user: String? = nil
        ) -> RestoreOperation {
            let server = bench.cluster.connectionInfo.with("dbname", nil)
            return RestoreOperation(
                context: bench.context(), source: source,
                request: .init(
                    target: user.map { server.with(user: $0) } ?? server,
                    destination: .replacing(bench.database.database ?? "", disconnects: disconnects), jobs: 2))
        }

        /// Databases of this bench and of restores, with how many rows each has in `t`.
        private func databases(_ bench: Workbench) async throws -> [String] {
            let name = bench.database.database ?? ""
            return try await bench.cluster.psql(
                "SELECT datname FROM pg_database WHERE datname LIKE '\(ServerText(name))%' OR datname LIKE 'dbops_restore_%' ORDER BY 1"
            ).split(separator: "\n").map(String.init)
        }

        /// A backup, after which something was lost.
        private func lose(_ bench: Workbench) async throws -> BackupSource {
            let name = ServerText(bench.database.database ?? "").quotedAsIdentifier
            try await bench.psql(
                "COMMENT ON DATABASE \(name) IS 'the shop'; ALTER DATABASE \(name) SET work_mem = '7MB'")
            try await bench.psql(
                "ALTER DATABASE \(name) CONNECTION LIMIT 17; GRANT CREATE ON DATABASE \(name) TO pg_monitor")
            let source = try await bench.source(try await bench.backUp())
            try await bench.psql("DELETE FROM t WHERE id > 10")
            return source
        }

        private func properties(_ name: String, _ bench: Workbench) async throws -> String {
            try await bench.cluster.psql(
                """
                SELECT shobj_description(d.oid, 'pg_database'), d.datconnlimit, d.datacl, d.datallowconn, r.rolname,
                       (SELECT string_agg(s::text, ' ' ORDER BY s) FROM pg_db_role_setting c, unnest(c.setconfig) s
                         WHERE c.setdatabase = d.oid)
                  FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname = '\(ServerText(name))'
                """)
        }

        @Test func `comes with its rows and properties, and the old database is kept as it was`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let name = try #require(bench.database.database)
                let before = try await properties(name, bench)
                let report = try await replacement(of: source, bench).execute()
                let kept = try #require(report.replaced?.keptAs)
                #expect(try await databases(bench) == [name, kept])
                #expect(try await bench.count("SELECT count(*) FROM t") == 50)
                #expect(try await bench.cluster.psql("SELECT count(*) FROM t", database: kept) == "10")
                #expect(try await properties(name, bench) == before)
                #expect(try await properties(kept, bench) == before)
                #expect(report.checks.count == 5 && report.checks.allSatisfy { $0.verdict == .passed })
                for statement in report.replaced?.swapBack ?? [] { try await bench.cluster.psql(ServerText(statement)) }
                #expect(try await bench.count("SELECT count(*) FROM t") == 10)
                for left in try await databases(bench) where left != name {
                    try await bench.psql("DROP DATABASE \(ServerText(left).quotedAsIdentifier)")
                }
            }
        }

        @Test(arguments: [IntoReplacement.Step.restored, .proven])
        func `that fails before the swap leaves nothing but the old database`(step: IntoReplacement.Step) async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                var operation = replacement(of: source, bench)
                operation.reached = { if $0 == step { throw Breakdown() } }
                await #expect(throws: Breakdown.self) { _ = try await operation.execute() }
                #expect(try await databases(bench) == [bench.database.database ?? ""])
                #expect(try await bench.count("SELECT count(*) FROM t") == 10)
            }
        }

        /// As a kill of dbops, or of its session, between the renames.
        @Test(arguments: [IntoReplacement.Step.oldRenamed, .bothRenamed], [false, true])
        func `that dies within the swap leaves the old database in its place, and the new one beside it`(
            step: IntoReplacement.Step, isKilled: Bool
        ) async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let name = try #require(bench.database.database)
                let before = try await properties(name, bench)
                var operation = replacement(of: source, bench)
                operation.reached = { [cluster = bench.cluster] in
                    guard $0 == step else { return }
                    guard isKilled else { throw Breakdown() }
                    try await cluster.psql(
                        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'dbops %' AND state = 'idle in transaction'"
                    )
                }
                let error = await #expect(throws: RestoreError.self) { _ = try await operation.execute() }
                guard case .notSwapped(name, let restored, _, let statements, _)? = error else {
                    throw try #require(error)
                }
                #expect(try await databases(bench) == [restored, name].sorted())
                #expect(try await bench.count("SELECT count(*) FROM t") == 10)
                #expect(try await properties(name, bench) == before)
                for statement in statements { try await bench.cluster.psql(ServerText(statement)) }
                #expect(try await bench.count("SELECT count(*) FROM t") == 50)
            }
        }

        @Test func `is refused while somebody is connected, and says who`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let session = try await Session.open(bench.database, applicationName: "the web shop")
                let error = await #expect(throws: RestoreError.self) {
                    _ = try await replacement(of: source, bench).execute()
                }
                #expect(error?.message.contains("\"the web shop\"") == true)
                #expect(error?.category == .tryLater)
                #expect(try await databases(bench) == [bench.database.database ?? ""])
                try await session.execute("SELECT 1")
                await session.close()
            }
        }

        @Test func `keeps what is restored and proven where somebody connects meanwhile`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let sessions = Mutex<[Session]>([])
                var operation = replacement(of: source, bench)
                operation.reached = { [database = bench.database] in
                    guard $0 == .proven else { return }
                    let session = try await Session.open(database, applicationName: "the web shop")
                    sessions.withLock { $0.append(session) }
                }
                let error = await #expect(throws: RestoreError.self) { _ = try await operation.execute() }
                #expect(error?.message.contains("\"the web shop\"") == true)
                #expect(error?.category == .tryLater)
                for session in sessions.withLock({ $0 }) { await session.close() }
                #expect(try await bench.count("SELECT count(*) FROM t") == 10)
                guard case .notSwapped(_, let restored, _, _, _)? = error else { throw try #require(error) }
                #expect(try await databases(bench) == [restored, bench.database.database ?? ""].sorted())
                try await bench.psql("DROP DATABASE \(ServerText(restored).quotedAsIdentifier)")
            }
        }

        @Test func `ends the sessions of the old database where it is told to, those that come back too`() async throws
        {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let session = try await Session.open(bench.database, applicationName: "the web shop")
                let client = Task { [database = bench.database] in
                    while !Task.isCancelled {
                        guard let session = try? await Session.open(database, applicationName: "a client that insists")
                        else { continue }
                        while !Task.isCancelled, (try? await session.execute("SELECT pg_sleep(0.01)")) != nil {}
                        await session.close()
                    }
                }
                let report = try await replacement(of: source, bench, disconnects: true).execute()
                client.cancel()
                await client.value
                #expect(try await bench.count("SELECT count(*) FROM t") == 50)
                #expect(report.replaced != nil)
                await #expect(throws: PostgresError.self) { try await session.execute("SELECT 1") }
                await session.close()
            }
        }

        @Test func `is refused to a role that does not own the database, and of one that is not there`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                try await bench.psql("CREATE ROLE replacer LOGIN CREATEDB")
                let error = await #expect(throws: RestoreError.self) {
                    _ = try await replacement(of: source, bench, user: "replacer").execute()
                }
                #expect(error?.category == .permission)
                #expect(error?.message.contains("does not own the database") == true, "\(error)")
                try await bench.psql("DROP ROLE replacer")
                let other = await #expect(throws: RestoreError.self) {
                    _ = try await RestoreOperation(
                        context: bench.context(), source: source,
                        request: .init(
                            target: bench.cluster.connectionInfo, destination: .replacing("nowhere", disconnects: false)
                        )
                    ).execute()
                }
                #expect(other == .notThere(database: "nowhere"))
                #expect(try await databases(bench) == [bench.database.database ?? ""])
            }
        }

        @Test func `is planned without touching anything`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await lose(bench)
                let plan = try await replacement(of: source, bench).plan()
                #expect(plan.obstacles.isEmpty)
                #expect(plan.steps.contains { $0.contains("RENAME TO") })
                #expect(plan.tables.map(\.rows) == [50])
                #expect(try await databases(bench) == [bench.database.database ?? ""])
            }
        }
    }
}

/// What a test throws.
private struct Breakdown: Error {}
