import JobModel
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Large tables that several sessions load at the same time.
    @Suite struct SharedLoadTests {
        private static let table: ServerText = "CREATE TABLE t (n int, t text)"
        private static let rows: ServerText = """
            INSERT INTO t SELECT n, md5(n::text) || E'\\n\\t\\\\.' FROM generate_series(1, 20000) n;
            CREATE TABLE u AS SELECT 1 AS n
            """

        private func backUp(_ bench: Workbench) async throws -> BackupReport {
            var settings = BackupSettings()
            settings.chunkSizeInBytes = 10_000
            return try await bench.backUp(settings: settings)
        }

        /// Loads the rows of a backup into a database that has its tables.
        private func load(
            _ source: BackupSource, into target: ConnectionInfo, _ bench: Workbench, leastBytesToShare: Int = 1,
            leastBytesToLoadAlone: Int = .max
        ) async throws {
            let context = bench.context()
            let contents = try TableOfContents(parsing: try await source.readObject(named: "toc.dat"))
            var workers = LoadWorkers(
                source: source, contents: contents, target: target, context: context,
                warnings: Warnings(reporter: context.reporter), jobs: 4, leastBytesToShare: leastBytesToShare)
            workers.leastBytesToLoadAlone = leastBytesToLoadAlone
            try await workers.run()
        }

        /// As if the table's rows were others than those that were dumped.
        private func damaged(_ good: BackupSource, _ table: ServerText) throws -> BackupSource {
            var manifest = good.manifest
            let index = try #require(manifest.tables.firstIndex { $0.name == table })
            manifest.tables[index].digest = .zero
            return BackupSource(
                store: good.store, folder: good.folder, manifest: manifest, manifestSHA256: good.manifestSHA256)
        }

        private func emptyTables(_ bench: Workbench) async throws -> ConnectionInfo {
            var generator = SystemRandomNumberGenerator()
            let database = try await bench.cluster.createDatabase("l_\(RunID(using: &generator))")
            _ = try await bench.cluster.psql(
                "\(Self.table); CREATE TABLE u (n int)", database: database.database ?? "")
            return database
        }

        /// Each COPY is a transaction of its own.
        private func copies(in database: ConnectionInfo, _ bench: Workbench) async throws -> Int? {
            Int(
                try await bench.cluster.psql(
                    "SELECT count(DISTINCT xmin::text) FROM t", database: database.database ?? ""))
        }

        @Test func `sessions that have nothing else to do take rows of a large table, and each row arrives once`()
            async throws
        {
            try await Workbench.with(Self.table + ";" + Self.rows) { bench in
                let source = try await bench.source(try await backUp(bench))
                let target = try await emptyTables(bench)
                try await load(source, into: target, bench)
                #expect(try #require(try await copies(in: target, bench)) > 1)
                var check = RowsCheck(source: source, target: target, context: bench.context(), jobs: 3)
                #expect(try await check.run().verdict == .passed)
                check.partSizeInBytes = 50_000
                #expect(try await check.pieces(of: RowsCheck.groups(of: source.manifest)).count > 10)
                #expect(try await check.run().verdict == .passed)
                #expect(bench.reporter.finishedItems.filter { $0 == "public.t" }.count == 2, "dumped and loaded")
            }
        }

        @Test func `a comparison in parts finds one row that is another, one that is gone, and one that is new`()
            async throws
        {
            try await Workbench.with(Self.table + ";" + Self.rows) { bench in
                let source = try await bench.source(try await backUp(bench))
                let target = try await emptyTables(bench)
                try await load(source, into: target, bench)
                var check = RowsCheck(source: source, target: target, context: bench.context(), jobs: 3)
                check.partSizeInBytes = 50_000
                func fault(after change: ServerText) async throws -> [String] {
                    _ = try await bench.cluster.psql(change, database: target.database ?? "")
                    return try await check.run().details
                }
                #expect(
                    try await fault(after: "UPDATE t SET t = t || ' ' WHERE n = 777")
                        == ["public.t: all 20000 rows are there, but some differ"])
                #expect(
                    try await fault(after: "DELETE FROM t WHERE n = 777")
                        == ["public.t: 19999 rows instead of 20000"])
                #expect(
                    try await fault(after: "INSERT INTO t SELECT 777, 'x' FROM generate_series(1, 2)")
                        == ["public.t: 20001 rows instead of 20000"])
            }
        }

        @Test func `rows larger than any piece come whole into one session's rows`() async throws {
            let large: ServerText = """
                INSERT INTO t SELECT n, repeat(md5(n::text), 100000) FROM generate_series(1, 6) n;
                CREATE TABLE u AS SELECT 1 AS n
                """
            try await Workbench.with(Self.table + ";" + large) { bench in
                let source = try await bench.source(try await backUp(bench))
                let target = try await emptyTables(bench)
                try await load(source, into: target, bench)
                var check = RowsCheck(source: source, target: target, context: bench.context(), jobs: 2)
                check.partSizeInBytes = 1
                #expect(try await check.run().verdict == .passed)

                _ = try await bench.cluster.psql("TRUNCATE t, u", database: target.database ?? "")
                await #expect(throws: ArchiveError.self) {
                    try await load(try damaged(source, "t"), into: target, bench)
                }
                let left = try await bench.cluster.psql("SELECT count(*) FROM t", database: target.database ?? "")
                #expect(left == "0")
            }
        }

        @Test func `a table that is not large is loaded by one session`() async throws {
            try await Workbench.with(Self.table + ";" + Self.rows) { bench in
                let source = try await bench.source(try await backUp(bench))
                let target = try await emptyTables(bench)
                try await load(source, into: target, bench, leastBytesToShare: 64 << 20)
                #expect(try await copies(in: target, bench) == 1)
            }
        }

        @Test func `a table that one session loads is frozen, what was there is kept, a damaged one leaves nothing`()
            async throws
        {
            let script: ServerText = """
                CREATE TABLE a (n int); INSERT INTO a SELECT generate_series(1, 500);
                CREATE TABLE b (n int); INSERT INTO b SELECT generate_series(1, 500);
                CREATE TABLE c (n int); INSERT INTO c SELECT generate_series(1, 500);
                CREATE TABLE d (n int); INSERT INTO d SELECT generate_series(1, 500);
                CREATE TABLE e (n int); INSERT INTO e SELECT generate_series(1, 500)
                """
            try await Workbench.with(script) { bench in
                let good = try await bench.source(try await backUp(bench))
                let target = try await emptyTables(bench)
                func psql(_ sql: ServerText) async throws -> String {
                    try await bench.cluster.psql(sql, database: target.database ?? "")
                }
                _ = try await psql(
                    """
                    CREATE TABLE a (n int); CREATE TABLE b (n int); INSERT INTO b VALUES (0); CREATE TABLE c (n int);
                    CREATE TABLE d (n int); CREATE TABLE e (n int)
                    """)
                // Only what is frozen has a visibility map.
                let maps: ServerText = "SELECT pg_relation_size('a', 'vm') > 0, pg_relation_size('b', 'vm') > 0"
                try await load(good, into: target, bench, leastBytesToLoadAlone: 1)
                #expect(try await psql("SELECT count(*), min(n) FROM b") == "501|0")
                #expect(try await psql("SELECT count(*) FROM a") == "500")
                #expect(try await psql(maps) == "t|f")

                _ = try await psql("TRUNCATE a, b, c, d, e")
                let error = await #expect(throws: ArchiveError.self) {
                    try await load(try damaged(good, "c"), into: target, bench, leastBytesToLoadAlone: 1)
                }
                #expect(error?.category == .damaged)
                #expect(try await psql("SELECT count(*) FROM c") == "0")
            }
        }

        @Test func `nothing stays of a shared table that turns out to be damaged at its end`() async throws {
            try await Workbench.with(Self.table + ";" + Self.rows) { bench in
                let good = try await bench.source(try await backUp(bench))
                let source = try damaged(good, "t")
                let target = try await emptyTables(bench)
                let error = await #expect(throws: ArchiveError.self) { try await load(source, into: target, bench) }
                #expect(error?.category == .damaged)
                let left = try await bench.cluster.psql("SELECT count(*) FROM t", database: target.database ?? "")
                #expect(left == "0")
            }
        }
    }
}
