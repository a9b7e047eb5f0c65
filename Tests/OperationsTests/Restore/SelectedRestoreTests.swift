import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

extension ServerTests {
    /// Restores of a part of a backup.
    @Suite struct SelectedRestoreTests {
        static let shop: ServerText = """
            CREATE SCHEMA "Größe ""& Co"; CREATE TYPE "Größe ""& Co".mood AS ENUM ('gut', 'böse');
            CREATE FUNCTION "Größe ""& Co".touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE SEQUENCE shared START 100; SELECT nextval('shared');
            CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY, name text UNIQUE);
            INSERT INTO customers (name) SELECT 'c' || n FROM generate_series(1, 20) n;
            CREATE TABLE "Größe ""& Co"."Order items" (
                id serial PRIMARY KEY, customer int REFERENCES customers, "größe" "Größe ""& Co".mood DEFAULT 'gut',
                number int DEFAULT nextval('shared'), big text, CHECK (number > 0));
            ALTER TABLE "Größe ""& Co"."Order items" ALTER big SET STORAGE EXTERNAL;
            INSERT INTO "Größe ""& Co"."Order items" (customer, big)
                SELECT 7 + n % 20, CASE n % 10 WHEN 0 THEN repeat('toast ' || n, 100000) ELSE 'x' END
                  FROM generate_series(1, 50) n;
            CREATE INDEX "by größe" ON "Größe ""& Co"."Order items" ("größe");
            COMMENT ON INDEX "Größe ""& Co"."by größe" IS 'an index';
            COMMENT ON COLUMN "Größe ""& Co"."Order items".big IS 'a column';
            CREATE TRIGGER touched BEFORE INSERT ON "Größe ""& Co"."Order items"
                FOR EACH ROW EXECUTE FUNCTION "Größe ""& Co".touch();
            ALTER TABLE "Größe ""& Co"."Order items" ENABLE ROW LEVEL SECURITY;
            CREATE POLICY everybody ON "Größe ""& Co"."Order items" USING (true);
            CREATE STATISTICS "Größe ""& Co".st ON customer, number FROM "Größe ""& Co"."Order items";
            GRANT SELECT ON "Größe ""& Co"."Order items" TO pg_monitor;
            GRANT UPDATE (big) ON "Größe ""& Co"."Order items" TO pg_monitor;
            CREATE TABLE events (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE events_25 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            CREATE TABLE events_26 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
                PARTITION BY HASH (id);
            CREATE TABLE events_26_0 PARTITION OF events_26 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE events_26_1 PARTITION OF events_26 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE INDEX ON events (at);
            INSERT INTO events SELECT n, '2025-07-01'::date + n * 3 FROM generate_series(1, 100) n;
            CREATE VIEW seen AS SELECT id FROM events;
            SELECT lo_from_bytea(100001, 'hello');
            """
        static let items = "\"Größe \"\"& Co\".\"Order items\""

        @discardableResult
        private func restore(
            _ tables: [String], schemas: [String] = [], of source: BackupSource, into database: ConnectionInfo,
            _ bench: Workbench, creates: Bool = false
        ) async throws -> RestoreReport {
            try await RestoreOperation(
                context: bench.context(), source: source,
                request: .init(
                    target: database, destination: creates ? .new : .existing,
                    selection: .init(tables: tables, schemas: schemas), jobs: 2)
            ).execute()
        }

        private func newDatabase(_ bench: Workbench) async throws -> ConnectionInfo {
            var generator = SystemRandomNumberGenerator()
            return try await bench.cluster.createDatabase("s_\(RunID(using: &generator))")
        }

        private func psql(_ sql: ServerText, _ database: ConnectionInfo, _ bench: Workbench) async throws -> String {
            try await bench.cluster.psql(sql, database: database.database ?? "")
        }

        private func contents(of database: ConnectionInfo, _ bench: Workbench) async throws -> TableOfContents {
            let pgDump = try await bench.context().tools.client(.pgDump, forServer: bench.cluster.version)
            return try await TOCHarvest(pgDump: pgDump, connection: database, filters: [], encoding: "UTF8")
                .run(snapshot: nil)
        }

        /// Entries by name with their statements; data by name alone.
        private func definitions(_ contents: TableOfContents) -> [String: String] {
            Dictionary(
                contents.entries.filter { !$0.isOfDatabase && !$0.kindAndName.contains("DATABASE ") }.map {
                    ("\($0.kindAndName) \($0.owner ?? "")", $0.defn?.text ?? "")
                }
            ) { $0 + $1 }
        }

        @Test func `brings one table with all that belongs to it, and what it needs`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let target = try await newDatabase(bench)
                let report = try await restore([Self.items, "customers"], of: source, into: target, bench)
                #expect(report.outcome == .succeeded)
                #expect(report.leftOut.isEmpty)
                #expect(report.manifest.tables.map(\.rows).sorted() == [20, 50])
                let wanted = definitions(try await contents(of: bench.database, bench)).filter {
                    !$0.key.contains("events") && !$0.key.contains("seen") && !$0.key.contains("BLOB")
                        && !$0.key.contains("100001")
                }
                let found = definitions(try await contents(of: target, bench))
                #expect(found == wanted, "\(Set(found.keys).symmetricDifference(wanted.keys))")
                let query: ServerText = """
                    SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM "Größe ""& Co"."Order items" t
                    """
                #expect(
                    try await psql(query, target, bench)
                        == bench.cluster.psql(query, database: bench.database.database ?? ""))
                #expect(
                    try await psql("INSERT INTO customers (name) VALUES ('new') RETURNING id", target, bench) == "27")
                let item = "INSERT INTO \(Self.items) (customer) VALUES (7) RETURNING id, number"
                #expect(try await psql(ServerText(item), target, bench) == "51|151")
            }
        }

        @Test func `leaves alone what a living database holds beside it`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql("DROP TABLE customers CASCADE; UPDATE events SET id = id + 1000")
                let report = try await restore(["customers"], of: source, into: bench.database, bench)
                #expect(report.outcome == .succeeded)
                #expect(
                    report.warnings.contains {
                        $0.contains("is not made: ALTER TABLE ONLY") && $0.contains("FOREIGN KEY")
                    })
                #expect(try await bench.count("SELECT count(*) FROM customers") == 20)
                #expect(try await bench.count("SELECT min(id) FROM events") == 1001)
            }
        }

        @Test func `refuses a table that is there, and names of its indexes, and changes nothing`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql("DELETE FROM customers WHERE id > 100000; ALTER TABLE customers RENAME TO broken")
                let error = await #expect(throws: RestoreError.self) {
                    try await restore(["customers"], of: source, into: bench.database, bench)
                }
                #expect(
                    error?.message.contains("public.customers_pkey (an index of public.broken)") == true, "\(error)")
                #expect(error?.category == .cannotWrite)
                #expect(try await bench.count("SELECT count(*) FROM pg_class WHERE relname = 'customers'") == 0)
            }
        }

        @Test func `leaves out a foreign key to a missing table, and says the statement`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let target = try await newDatabase(bench)
                let report = try await restore([Self.items], of: source, into: target, bench)
                #expect(report.outcome == .succeeded)
                let statement = try #require(report.leftOut.first?.statement)
                #expect(report.leftOut.first?.reason == "TABLE public.customers is not there")
                try await restore(["public.customers"], of: source, into: target, bench)
                _ = try await psql(ServerText(statement), target, bench)
            }
        }

        @Test func `keeps the data where a foreign key finds rows missing, and ends partial`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql(
                    "DROP TABLE \"Größe \"\"& Co\".\"Order items\"; DELETE FROM customers WHERE id = 9")
                let report = try await restore([Self.items], of: source, into: bench.database, bench)
                #expect(report.outcome == .partial)
                #expect(report.leftOut.map(\.reason).first?.contains("violates foreign key constraint") == true)
                #expect(try await bench.count("SELECT count(*) FROM \(Self.items)") == 50)
            }
        }

        @Test func `attaches a partition again to the table that it was of`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql("DROP TABLE events_26")
                let before = try await bench.count("SELECT count(*) FROM events")
                try await restore(["events_26"], of: source, into: bench.database, bench)
                #expect(before < 100)
                #expect(try await bench.count("SELECT count(*) FROM events") == 100)
                #expect(
                    try await bench.count("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0)
            }
        }

        @Test func `takes back what it made where the rows are damaged`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await bench.backUp()
                let table = try #require(backup.manifest.tables.first { $0.name == "Order items" })
                let copy = try BackupCopy(of: backup, bench, name: "copy")
                try copy.change(table.file) { $0[$0.count / 2] ^= 1 }
                let source = try await BackupSource.open(copy.folder, in: copy.store)
                let target = try await newDatabase(bench)
                _ = try await psql("CREATE TABLE precious AS SELECT 1 AS n", target, bench)
                let before = definitions(try await contents(of: target, bench))
                await #expect(throws: ArchiveError.self) {
                    try await restore([Self.items, "customers"], of: source, into: target, bench)
                }
                #expect(definitions(try await contents(of: target, bench)) == before)
                #expect(bench.reporter.warnings.filter { $0.contains("dropped") } == [])
            }
        }

        @Test func `makes a database with nothing but a part`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let target = bench.cluster.connectionInfo.with(database: "\(bench.database.database ?? "")_part")
                try await restore(["events", "seen"], of: source, into: target, bench, creates: true)
                #expect(try await psql("SELECT count(*) FROM seen", target, bench) == "100")
                #expect(try await psql("SELECT to_regclass('customers') IS NULL", target, bench) == "t")
            }
        }

        @Test func `brings a whole schema`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let target = try await newDatabase(bench)
                try await restore([], schemas: ["public"], of: source, into: target, bench)
                try await restore([], schemas: ["\"Größe \"\"& Co\""], of: source, into: target, bench)
                let wanted = definitions(try await contents(of: bench.database, bench)).filter {
                    !$0.key.contains("BLOB") && !$0.key.contains("100001")
                }
                #expect(definitions(try await contents(of: target, bench)) == wanted)
            }
        }

        /// What a table needs comes along once and is left as it is afterwards, whatever the order.
        @Test(arguments: [false, true])
        func `table by table comes to the same as all at once`(isReversed: Bool) async throws {
            try await Workbench.with(Self.shop) { bench in
                try await bench.psql("SELECT lo_unlink(100001)")
                let source = try await bench.source(try await bench.backUp())
                let target = try await newDatabase(bench)
                var tables = ["customers", Self.items, "events"]
                if isReversed { tables.reverse() }
                var statements: [String] = []
                for table in tables + ["seen"] {
                    statements += try await restore([table], of: source, into: target, bench).leftOut.map(\.statement)
                }
                for statement in statements { _ = try await psql(ServerText(statement), target, bench) }
                let restored = try await contents(of: target, bench)
                let backup = try TableOfContents(parsing: try await source.readObject(named: "toc.dat"))
                let checks = [
                    Inventory(backup: backup, restored: restored, otherMajor: false).check(),
                    SequenceComparison(backup: backup, restored: restored).check(),
                    try await RowsCheck(source: source, target: target, context: bench.context(), jobs: 2).run(),
                ]
                #expect(checks.filter { $0.verdict != .passed } == [])
            }
        }

        @Test func `plans without touching anything`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let source = try await bench.source(try await bench.backUp())
                let target = try await newDatabase(bench)
                let before = definitions(try await contents(of: target, bench))
                let plan = try await RestoreOperation(
                    context: bench.context(), source: source,
                    request: .init(target: target, selection: .init(tables: [Self.items]))
                ).plan()
                #expect(plan.obstacles.isEmpty)
                #expect(plan.form == "part")
                #expect(plan.tables.map(\.rows) == [50])
                #expect(plan.leftOut.count == 1)
                #expect(plan.alongside.contains("SEQUENCE public.shared"), "\(plan.alongside)")
                #expect(definitions(try await contents(of: target, bench)) == before)
            }
        }
    }
}
