import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct RestoreOperationTests {
        private static let shop: ServerText = """
            CREATE TABLE t (id serial PRIMARY KEY, t text); CREATE INDEX t_t ON t (t);
            INSERT INTO t (t) SELECT 'row ' || n FROM generate_series(1, 200) n; CREATE TABLE u AS SELECT 1 AS n;
            SELECT lo_from_bytea(100001, 'hello');
            """

        /// A name that no other test uses.
        private func newName() -> String {
            var generator = SystemRandomNumberGenerator()
            return "r_\(RunID(using: &generator))"
        }

        @discardableResult
        private func restore(
            _ source: BackupSource, into name: String, _ bench: Workbench, creates: Bool
        ) async throws -> RestoreReport {
            try await RestoreOperation(
                context: bench.context(), source: source,
                request: .init(
                    target: bench.cluster.connectionInfo.with(database: name), destination: creates ? .new : .existing,
                    jobs: 2)
            ).execute()
        }

        private func exists(_ name: String, _ bench: Workbench) async throws -> Bool {
            try await bench.count("SELECT count(*) FROM pg_database WHERE datname = '\(name)'") == 1
        }

        @Test func `makes a database and fills it, or fills an empty one`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let (made, empty) = (newName(), newName())
                let report = try await restore(source, into: made, bench, creates: true)
                #expect(report.outcome == .succeeded)
                #expect(report.seconds.total >= report.seconds.data)
                try await bench.psql("CREATE DATABASE \(ServerText(empty))")
                try await restore(source, into: empty, bench, creates: false)
                for name in [made, empty] {
                    let target = bench.cluster.connectionInfo.with(database: name)
                    let rows = RowsCheck(source: source, target: target, context: bench.context(), jobs: 2)
                    #expect(try await rows.run().verdict == .passed)
                    let next = try await bench.cluster.psql(
                        "INSERT INTO t (t) VALUES ('new') RETURNING id", database: name)
                    #expect(next == "201")
                    #expect(try await bench.cluster.psql("SELECT lo_get(100001)", database: name) == "\\x68656c6c6f")
                }
            }
        }

        @Test func `takes the backup's own database name where none is given`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let name = try #require(bench.database.database)
                let error = await #expect(throws: OperationError.self) {
                    try await RestoreOperation(
                        context: bench.context(), source: source,
                        request: .init(
                            target: bench.cluster.connectionInfo.with("dbname", nil), destination: .new, jobs: 1)
                    ).execute()
                }
                #expect(error == .targetExists(database: name))
                #expect(try await bench.count("SELECT count(*) FROM t") == 200, "and it is not dropped")
            }
        }

        @Test(arguments: [
            "CREATE TABLE precious ()", "CREATE VIEW seen AS SELECT 1", "CREATE SEQUENCE counter",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE SCHEMA s",
            "SELECT lo_from_bytea(7, 'x')",
            "CREATE TYPE mood AS ENUM ('ok')", "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
        ])
        func `refuses a database in which there is anything`(thing: String) async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let name = newName()
                _ = try await bench.cluster.createDatabase(name)
                try await bench.cluster.psql(ServerText(thing), database: name)
                let error = await #expect(throws: OperationError.self) {
                    try await restore(source, into: name, bench, creates: false)
                }
                guard case .targetNotEmpty(name, _)? = error else { throw try #require(error) }
                #expect(error?.category == .cannotWrite)
            }
        }

        @Test func `refuses to make a database that exists, and to fill one that does not`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let (there, missing) = (newName(), newName())
                _ = try await bench.cluster.createDatabase(there)
                await #expect(throws: OperationError.targetExists(database: there)) {
                    try await restore(source, into: there, bench, creates: true)
                }
                #expect(try await exists(there, bench))
                await #expect(throws: OperationError.targetMissing(database: missing)) {
                    try await restore(source, into: missing, bench, creates: false)
                }
                #expect(try await !exists(missing, bench))
            }
        }

        @Test func `names the roles that are missing, with the commands that make them, and makes nothing`()
            async throws
        {
            let script: ServerText =
                "CREATE ROLE \"lost role\"; CREATE TABLE t (); ALTER TABLE t OWNER TO \"lost role\""
            try await Workbench.with(script) { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql("DROP TABLE t; DROP ROLE \"lost role\"")
                let name = newName()
                let error = await #expect(throws: OperationError.self) {
                    try await restore(source, into: name, bench, creates: true)
                }
                #expect(error?.message == "the target server lacks role lost role")
                #expect(error?.hint?.contains("CREATE ROLE \"lost role\";") == true)
                #expect(try await !exists(name, bench))
            }
        }

        @Test func `drops the database that it made where the backup is damaged`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await bench.backUp()
                let table = try #require(backup.manifest.tables.first)
                let copy = try BackupCopy(of: backup, bench, name: "copy")
                try copy.change(table.file) { $0[$0.count / 2] ^= 1 }
                let source = try await BackupSource.open(copy.folder, in: copy.store)
                let (name, empty) = (newName(), newName())
                let error = await #expect(throws: ArchiveError.self) {
                    try await restore(source, into: name, bench, creates: true)
                }
                #expect(error?.category == .damaged)
                #expect(
                    error?.message.hasPrefix("\(source.url)/\(table.file), the rows of public.t, is damaged: ") == true,
                    "\(error?.message ?? "")")
                #expect(try await !exists(name, bench))
                _ = try await bench.cluster.createDatabase(empty)
                await #expect(throws: ArchiveError.self) {
                    try await restore(source, into: empty, bench, creates: false)
                }
                #expect(try await bench.cluster.psql("SELECT count(*) FROM t", database: empty) == "0", "no part of it")
                #expect(
                    bench.reporter.warnings.last?.contains("still in \(empty)") == true, "\(bench.reporter.warnings)")
                #expect(bench.reporter.warnings.last?.contains("DROP DATABASE \"\(empty)\"; CREATE DATABASE") == true)
            }
        }

        @Test func `makes nothing on the server where an object is missing`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let copy = try BackupCopy(of: try await bench.backUp(), bench, name: "copy")
                try copy.delete("RESTORE.md")
                let source = try await BackupSource.open(copy.folder, in: copy.store)
                let name = newName()
                let error = await #expect(throws: ArchiveError.self) {
                    try await restore(source, into: name, bench, creates: true)
                }
                #expect(error?.message.contains("RESTORE.md is missing") == true)
                #expect(error?.category == .damaged)
                #expect(try await !exists(name, bench))
            }
        }

        @Test func `drops the database that it made where it is cancelled`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await bench.backUp()
                let (reading, signal) = AsyncStream.makeStream(of: Void.self)
                var store = HookedStore(bench.store)
                store.willRead = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                }
                let (source, name) = (try await bench.source(backup, store: store), newName())
                let task = Task { try await restore(source, into: name, bench, creates: true) }
                for await _ in reading { break }
                #expect(try await exists(name, bench))
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                #expect(try await !exists(name, bench))
            }
        }

        @Test func `loads under settings of the target that would change or refuse rows`() async throws {
            let script: ServerText = """
                CREATE TABLE t (a int[], b timestamptz, c money, d float8, e bytea, f interval, g regclass);
                INSERT INTO t VALUES ('{1,NULL}', '2026-11-21 02:00:00+01', 12.5, 0.1::float8 + 0.2, '\\x00ff', '1 day 2h', 't');
                """
            try await Workbench.with(script) { bench in
                let source = try await bench.source(try await bench.backUp())
                let name = newName()
                _ = try await bench.cluster.createDatabase(name)
                for setting in [
                    "array_nulls = off", "default_transaction_read_only = on", "timezone = 'Asia/Tokyo'",
                    "bytea_output = 'escape'", "datestyle = 'SQL, DMY'", "intervalstyle = 'iso_8601'",
                    "extra_float_digits = -3", "quote_all_identifiers = on", "search_path = 'nowhere'",
                    "default_transaction_isolation = 'serializable'", "standard_conforming_strings = off",
                ] {
                    try await bench.psql("ALTER DATABASE \(ServerText(name)) SET \(ServerText(setting))")
                }
                try await restore(source, into: name, bench, creates: false)
                let target = bench.cluster.connectionInfo.with(database: name)
                let rows = RowsCheck(source: source, target: target, context: bench.context(), jobs: 1)
                let check = try await rows.run()
                #expect(check.verdict == .passed, "\(check.details)")
            }
        }
    }

    /// The checks of a verification, on a restored database in which something was changed afterwards.
    @Suite struct ChecksTests {
        private static let shop: ServerText = """
            CREATE TABLE t (id int PRIMARY KEY, t text); CREATE SEQUENCE counter; SELECT nextval('counter');
            INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 100) n; CREATE TABLE u AS SELECT 1 AS n;
            CREATE INDEX t_t ON t (t); SELECT lo_from_bytea(100001, 'hello');
            """

        @Test func `find each what was changed, and nothing else`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let restored = bench.cluster.connectionInfo.with(database: "\(bench.database.database ?? "")_restored")
                _ = try await RestoreOperation(
                    context: bench.context(), source: source,
                    request: .init(target: restored, destination: .new, jobs: 2)
                ).execute()
                let changes: [(sql: ServerText, check: VerificationCheck.Name, detail: String)] = [
                    ("SELECT 1", .objects, ""),
                    (
                        "UPDATE t SET t = 'other' WHERE id = 7", .rows,
                        "public.t: all 100 rows are there, but some differ"
                    ),
                    ("DELETE FROM t WHERE id = 7", .rows, "public.t: 99 rows instead of 100"),
                    ("INSERT INTO u VALUES (1)", .rows, "public.u: 2 rows instead of 1"),
                    ("ALTER TABLE u RENAME n TO m", .rows, "public.u cannot be read"),
                    ("SELECT lo_put(100001, 0, 'hallo')", .largeObjects, "the contents differ"),
                    ("SELECT lo_unlink(100001)", .largeObjects, ""),
                    ("SELECT lo_from_bytea(5, '')", .largeObjects, ""),
                    ("DROP INDEX t_t", .inventory, "missing: INDEX public.t_t (postgres)"),
                    ("CREATE INDEX more ON t (t)", .inventory, "not in the backup: INDEX public.more (postgres)"),
                    (
                        "ALTER TABLE t DROP CONSTRAINT t_pkey", .inventory,
                        "missing: CONSTRAINT public.t t_pkey (postgres)"
                    ),
                    ("SELECT nextval('counter')", .sequences, "became"),
                    (
                        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_t'::regclass", .validity,
                        "index \"public\".\"t_t\" is invalid"
                    ),
                ]
                let database = restored.database ?? ""
                for change in changes {
                    try await bench.psql("CREATE DATABASE changed TEMPLATE \(ServerText(database).quotedAsIdentifier)")
                    try await bench.cluster.psql(change.sql, database: "changed")
                    let failed = try await checks(of: source, on: restored.with(database: "changed"), bench)
                        .filter { $0.verdict == .failed }
                    let isChanged = change.check != .objects
                    // What goes with an index or a large object may show in the inventory as well.
                    #expect(
                        isChanged == failed.contains { $0.name == change.check.rawValue }, "\(change.sql): \(failed)")
                    #expect(failed.count <= (isChanged ? 2 : 0), "\(change.sql): \(failed)")
                    let details = failed.first { $0.name == change.check.rawValue }?.details ?? []
                    #expect(change.detail.isEmpty || details.contains { $0.contains(change.detail) }, "\(details)")
                    try await bench.psql("DROP DATABASE changed WITH (FORCE)")
                }
            }
        }

        private func checks(
            of source: BackupSource, on target: ConnectionInfo, _ bench: Workbench
        ) async throws -> [VerificationCheck] {
            let context = bench.context()
            let contents = try TableOfContents(parsing: try await source.readObject(named: "toc.dat"))
            let pgDump = try await context.tools.client(.pgDump, forServer: bench.cluster.version)
            let restored = try await TOCHarvest(pgDump: pgDump, connection: target, filters: [], encoding: "UTF8")
                .run(snapshot: nil)
            let session = try await Session.open(target, applicationName: "test")
            let facts = try await ServerFacts.gather(session)
            await session.close()
            return [
                try await RowsCheck(source: source, target: target, context: context, jobs: 2).run(),
                try await LargeObjectsCheck(source: source, target: target, context: context, jobs: 2).run(),
                Inventory(backup: contents, restored: restored, otherMajor: false).check(),
                SequenceComparison(backup: contents, restored: restored).check(),
                ValidityCheck.compare(
                    manifest: source.manifest, invalidIndexes: facts.invalidIndexNames,
                    unvalidatedConstraints: facts.unvalidatedConstraintNames),
            ]
        }
    }
}
