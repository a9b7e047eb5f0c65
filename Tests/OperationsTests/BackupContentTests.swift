import Foundation
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Databases of all kinds: what the manifest says of them, and that they can be brought back.
    @Suite struct BackupContentTests {
        /// Backs up, verifies, and returns the manifest.
        @discardableResult
        private func prove(_ bench: Workbench, _ settings: BackupSettings = .init()) async throws -> Manifest {
            let backup = try await bench.backUp(settings: settings)
            let report = try await bench.verify(backup)
            #expect(report.failures == [:])
            #expect(report.outcome == .succeeded)
            #expect(report.checks.map(\.name) == VerificationCheck.Name.allCases.map(\.rawValue))
            return backup.manifest
        }

        @Test func `brings back an empty database`() async throws {
            try await Workbench.with { bench in
                let manifest = try await prove(bench)
                #expect(manifest.tables.isEmpty && manifest.totals.rows == 0)
                #expect(manifest.objects.map(\.name) == ["RESTORE.md", "globals.sql.gz", "members.json.gz", "toc.dat"])
            }
        }

        @Test func `brings back tables of every shape`() async throws {
            let script: ServerText = #"""
                CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
                CREATE TABLE made (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text); INSERT INTO made VALUES (1);
                CREATE TABLE dropped (a int, b int, c int); INSERT INTO dropped VALUES (1, 2, 3);
                ALTER TABLE dropped DROP b;
                CREATE UNLOGGED TABLE fleeting AS SELECT 1 AS n;
                CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent); INSERT INTO child VALUES (1, 2);
                ALTER TABLE parent ADD later int DEFAULT 5;
                CREATE TABLE awkward (t text); INSERT INTO awkward VALUES (E'\\.'), (E'\r\n\t'), (''), (NULL), ('\N');
                CREATE TABLE counted (id serial PRIMARY KEY); INSERT INTO counted DEFAULT VALUES;
                CREATE SEQUENCE far INCREMENT -3 MAXVALUE 900 START 900; SELECT nextval('far'), nextval('far');
                CREATE MATERIALIZED VIEW kept AS SELECT count(*) FROM awkward;
                CREATE TABLE money (m money); INSERT INTO money VALUES (1234.5);
                SELECT lo_from_bytea(100001, 'hello'), lo_from_bytea(100002, ''), lo_from_bytea(100003, decode(repeat('00ff', 5000), 'hex'));
                """#
            try await Workbench.with(script) { bench in
                let manifest = try await prove(bench)
                let rows = Dictionary(uniqueKeysWithValues: manifest.tables.map { ($0.name.text, $0.rows) })
                #expect(
                    rows == [
                        "nothing": 2, "made": 1, "dropped": 1, "fleeting": 1, "parent": 0, "child": 1, "awkward": 5,
                        "counted": 1, "money": 1,
                    ])
                #expect(manifest.tables.first { $0.name == "made" }?.columns == ["a", "c"])
                #expect(manifest.tables.first { $0.name == "fleeting" }?.persistence == "u")
                #expect(manifest.largeObjects.count == 3 && manifest.largeObjects.bytes == 10_005)
                #expect(manifest.totals.rows == 13)
            }
        }

        @Test func `brings back leaves that are loaded through a root of another column order`() async throws {
            let script: ServerText = """
                CREATE TYPE mood AS ENUM ('sad', 'so so', 'ok', 'fine');
                CREATE TABLE root (m mood, t text, n int) PARTITION BY HASH (m);
                CREATE TABLE leaf_0 PARTITION OF root FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE leaf_1 (n int, junk int, m mood, t text); ALTER TABLE leaf_1 DROP junk;
                ALTER TABLE root ATTACH PARTITION leaf_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                INSERT INTO root SELECT m, 'row ' || n, n
                    FROM generate_series(1, 50) n, unnest(enum_range(NULL::mood)) m;
                """
            try await Workbench.with(script) { bench in
                let manifest = try await prove(bench)
                #expect(manifest.tables.map(\.rows).reduce(0, +) == 200)
                let roots = Dictionary(uniqueKeysWithValues: manifest.tables.map { ($0.name, $0.root) })
                #expect(roots["leaf_0"] == .init(target: "public.root"))
                #expect(roots["leaf_1"] == .init(target: "public.root", fieldOrder: [1, 2, 0]))
            }
        }

        @Test func `proves a tree of which only a branch is loaded through its root`() async throws {
            let script: ServerText = """
                CREATE TYPE mood AS ENUM ('sad', 'ok');
                CREATE TABLE root (n int, m mood) PARTITION BY RANGE (n);
                CREATE TABLE low PARTITION OF root FOR VALUES FROM (0) TO (10);
                CREATE TABLE high PARTITION OF root FOR VALUES FROM (10) TO (99) PARTITION BY HASH (m);
                CREATE TABLE high_0 PARTITION OF high FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE high_1 PARTITION OF high FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                INSERT INTO root SELECT n, m FROM generate_series(5, 50) n, unnest(enum_range(NULL::mood)) m;
                """
            try await Workbench.with(script) { bench in
                let manifest = try await prove(bench)
                let roots = Dictionary(uniqueKeysWithValues: manifest.tables.map { ($0.name, $0.root?.target) })
                #expect(roots == ["low": nil, "high_0": "public.root", "high_1": "public.root"])
            }
        }

        @Test func `proves rows that come to lie in a leaf whose own were left out`() async throws {
            // Rows go by the hash of the label's number, which every database makes anew.
            let script: ServerText = """
                CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
                CREATE TABLE root (m mood) PARTITION BY HASH (m);
                CREATE TABLE leaf_0 PARTITION OF root FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE leaf_1 PARTITION OF root FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                INSERT INTO root SELECT unnest(enum_range(NULL::mood));
                """
            try await Workbench.with(script) { bench in
                var settings = BackupSettings()
                settings.filters.excludeTableData = ["leaf_0"]
                for _ in 0..<3 { try await prove(bench, settings) }
            }
        }

        @Test func `keeps only those rows of a configuration table that the extension's condition names`() async throws
        {
            // As an extension's own script does with pg_extension_config_dump.
            let script: ServerText = """
                CREATE EXTENSION citext; CREATE TABLE setting (name text, built_in bool);
                INSERT INTO setting VALUES ('mine', false), ('theirs', true), ('also mine', false);
                ALTER EXTENSION citext ADD TABLE setting;
                UPDATE pg_extension SET extconfig = ARRAY['setting'::regclass::oid],
                    extcondition = ARRAY['WHERE NOT built_in AND name <> ''it''''s'''] WHERE extname = 'citext';
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp()
                let table = try #require(backup.manifest.tables.first)
                #expect(backup.manifest.tables.count == 1)
                #expect(table.condition == "WHERE NOT built_in AND name <> 'it''s'")
                #expect(table.rows == 2)
                let object = ObjectKey(backup.name.folder).appending(table.file)
                let bytes = try await bench.store.read(object, limitInBytes: 10_000)
                let text = String(
                    decoding: try MemberReader.inflate(bytes, object: "", limitInBytes: 10_000), as: UTF8.self)
                #expect(text == "mine\tf\nalso mine\tf\n\\.\n\n\n")
            }
        }

        @Test func `keeps names and rows in SQL_ASCII that are no UTF-8`() async throws {
            let script = ServerText(
                bytes: Array("CREATE TABLE \"na".utf8) + [0xfc] + Array("me\" (\"sp".utf8) + [0xff, 0xfe]
                    + Array("lte\" text); INSERT INTO \"na".utf8) + [0xfc] + Array("me\" VALUES ('w".utf8) + [0xe9]
                    + Array("rt'), ('gr".utf8) + [0xc3, 0xbc] + Array("n')".utf8))
            let options = "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
            try await Workbench.with(script, options: options) { bench in
                let manifest = try await prove(bench)
                let name = try #require(manifest.tables.first?.name)
                #expect(name.bytes == Array("na".utf8) + [0xfc] + Array("me".utf8))
                #expect(manifest.tables.first?.rows == 2)
                #expect(manifest.server.encoding == "SQL_ASCII" && manifest.archive.encoding == "SQL_ASCII")
            }
        }

        @Test func `writes a LATIN1 database in UTF-8, and brings it back in LATIN1`() async throws {
            let script: ServerText =
                "SET client_encoding = 'UTF8'; CREATE TABLE \"größe\" AS SELECT 'grün' AS \"mäßig\""
            let options = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
            try await Workbench.with(script, options: options) { bench in
                let manifest = try await prove(bench)
                #expect(manifest.tables.first?.name == "größe")
                #expect(manifest.server.encoding == "LATIN1" && manifest.archive.encoding == "UTF8")
            }
        }

        @Test func `backs up a database of any name, lists it, and restores it under its name`() async throws {
            let name = #"my db/"x" 'é' \ ..%"#
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", database: name) { bench in
                let manifest = try await prove(bench)
                #expect(manifest.database.text == name)
                let series = BackupSeries(withoutJob: name).text
                #expect(manifest.job == series)
                let entries = try await BackupCatalog(store: bench.store).list(job: series).backups
                #expect(entries.map(\.name.job) == [series])
                #expect(entries.first?.verification != nil)
                let id = try #require(entries.first?.name.id)
                #expect(
                    try await BackupCatalog(store: bench.store).folder(of: id)
                        == ObjectKey(try #require(entries.first?.name.folder)))
            }
        }

        private static let parts: ServerText = """
            CREATE SCHEMA a; CREATE TABLE a.one AS SELECT 1 AS n; CREATE SCHEMA b; CREATE TABLE b.two AS SELECT 2 AS n;
            CREATE TABLE b.three AS SELECT 3 AS n; CREATE TABLE four (id serial); INSERT INTO four DEFAULT VALUES;
            """

        @Test(arguments: [
            ("n", "b", ["b.three", "b.two"]), ("N", "b", ["a.one", "public.four"]),
            ("t", "b.t*", ["b.three", "b.two"]),
            ("T", "*.t*", ["a.one", "public.four"]),
        ])
        func `keeps to pg_dump's filters`(kind: String, pattern: String, tables: [String]) async throws {
            try await Workbench.with(Self.parts) { bench in
                var settings = BackupSettings()
                switch kind {
                case "n": settings.filters.includeSchemas = [pattern]
                case "N": settings.filters.excludeSchemas = [pattern]
                case "t": settings.filters.includeTables = [pattern]
                default: settings.filters.excludeTables = [pattern]
                }
                let manifest = try await prove(bench, settings)
                #expect(manifest.tables.map(\.displayName).sorted() == tables)
                #expect(manifest.archive.filters == settings.filters.clientArguments)
                #expect(manifest.tablesWithoutData.isEmpty)
            }
        }

        @Test func `keeps the definition of a table whose rows are left out, and says so`() async throws {
            try await Workbench.with(Self.parts) { bench in
                var settings = BackupSettings()
                settings.filters.excludeTableData = ["a.*"]
                let manifest = try await prove(bench, settings)
                #expect(manifest.tablesWithoutData == [.init(schema: "a", name: "one", reason: .excluded)])
                #expect(manifest.tables.count == 3)
            }
        }

        @Test func `refuses filters that match nothing`() async throws {
            try await Workbench.with(Self.parts) { bench in
                var settings = BackupSettings()
                settings.filters.includeTables = ["nowhere.*"]
                let error = await #expect(throws: OperationError.self) { try await bench.backUp(settings: settings) }
                #expect(error?.category == .usage)
            }
        }

        @Test func `shows beforehand what it would copy, and writes and holds nothing`() async throws {
            try await Workbench.with(Self.parts) { bench in
                let preview = try await bench.operation().preview()
                #expect(preview.tables.map(\.name).sorted() == ["a.one", "b.three", "b.two", "public.four"])
                #expect(preview.database == bench.database.database)
                #expect(try bench.folder.names(in: "") == ["tmp"])
                try await bench.psql("SET lock_timeout = '5s'; DROP TABLE a.one")
            }
        }

        @Test func `records all that is needed to judge the backup later`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n, 'x' AS t FROM generate_series(1, 1000) n;
                CREATE ROLE grantee; GRANT SELECT ON t TO grantee; CREATE EXTENSION citext;
                ALTER TABLE t ADD CONSTRAINT lax CHECK (n > 5) NOT VALID;
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp()
                let manifest = backup.manifest
                #expect(manifest.server.versionNumber / 10_000 == bench.cluster.version.major)
                #expect(manifest.server.systemIdentifier.isEmpty == false)
                #expect(manifest.roles.contains("grantee") && manifest.roles.contains("postgres"))
                #expect(manifest.extensions.map(\.name).contains("citext"))
                #expect(manifest.unvalidatedConstraints == ["\"public\".\"t\" \"lax\""])
                #expect(manifest.snapshot.lsn.contains("/") && !manifest.snapshot.inRecovery)
                #expect(manifest.startedAt == CivilTime(bench.clock.now))
                let stored = try await bench.store.list(under: ObjectKey(backup.name.folder))
                for object in manifest.objects {
                    let key = ObjectKey(backup.name.folder).appending(object.name)
                    let bytes = try await bench.store.read(key, limitInBytes: 1 << 20)
                    #expect(bytes.count == object.size)
                    #expect(ContentDigest.sha256(of: bytes) == object.sha256)
                }
                #expect(
                    Set(stored.map { $0.key.description.split(separator: "/").last.map(String.init) })
                        == Set(manifest.objects.map(\.name) + ["manifest.json"]))
                #expect(manifest.totals.bytesStored == manifest.objects.reduce(0) { $0 + $1.size })
                let rows = try await bench.openSession()
                var hasher = RowHasher()
                _ = try await rows.copyOut("COPY t TO STDOUT") { hasher.update($0) }
                #expect(manifest.tables.first?.rowDigest == hasher.digest)
                await rows.close()
            }
        }

        @Test func `writes an index from which each member can be read by itself`() async throws {
            let script: ServerText = "CREATE TABLE t AS SELECT repeat('x', 100) AS t FROM generate_series(1, 2000)"
            try await Workbench.with(script) { bench in
                var settings = BackupSettings()
                settings.chunkSizeInBytes = 20_000
                let backup = try await bench.backUp(settings: settings)
                let folder = ObjectKey(backup.name.folder)
                let index = try MemberIndex(
                    decoding: try await bench.store.read(folder.appending("members.json.gz"), limitInBytes: 1 << 20))
                let table = try #require(backup.manifest.tables.first)
                let bytes = try await bench.store.read(folder.appending(table.file), limitInBytes: 1 << 20)
                let members = try #require(index.objects[table.file])
                #expect(members.count > 5)
                #expect(members.reduce(0) { $0 + $1.rows } == 2_000)
                for member in members {
                    let slice = Array(bytes[member.offset..<(member.offset + member.length)])
                    let text = try MemberReader.inflate(slice, object: "", limitInBytes: 1 << 20)
                    #expect(text.count == member.bytesRaw)
                }
                #expect(members.last.map { $0.offset + $0.length } == bytes.count)
            }
        }
    }
}
