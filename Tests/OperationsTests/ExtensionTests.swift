import JobModel
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Databases with extensions that do more than add functions: backed up, and proven in a throw-away cluster.
    @Suite struct ExtensionTests {
        /// A database that uses an extension, on each installation that has it.
        struct Use: Sendable, CustomTestStringConvertible {
            let name: String
            let script: String
            /// Tables whose rows must be in the backup, as `schema.name: rows`.
            var tables: [String] = []
            let binFolder: String

            var testDescription: String { "\(name) of \(binFolder)" }

            static func all(_ name: String, _ script: String, tables: [String] = []) -> [Use] {
                InstalledExtension.binFolders(with: name).map {
                    Use(name: name, script: script, tables: tables, binFolder: $0)
                }
            }
        }

        private static let uses: [Use] =
            Use.all("hypopg", "CREATE EXTENSION hypopg; CREATE TABLE t AS SELECT 1 AS n", tables: ["public.t: 1"])
            + Use.all(
                "pg_repack", "CREATE EXTENSION pg_repack; CREATE TABLE t (n int PRIMARY KEY)", tables: ["public.t: 0"])
            + Use.all(
                "pg_partman",
                """
                CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman;
                CREATE TABLE public.events (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at);
                SELECT partman.create_parent('public.events', 'at', 'native', 'daily');
                INSERT INTO events SELECT n, now() FROM generate_series(1, 100) n;
                """, tables: ["partman.part_config: 1"])
            + Use.all(
                "vector",
                """
                CREATE EXTENSION vector; CREATE TABLE t (id serial PRIMARY KEY, v vector(3));
                INSERT INTO t (v) SELECT ARRAY[n, n + 0.5, -n]::vector FROM generate_series(1, 200) n;
                CREATE INDEX ON t USING hnsw (v vector_l2_ops);
                """, tables: ["public.t: 200"])
            + Use.all(
                "postgis",
                """
                CREATE EXTENSION postgis; CREATE TABLE places (id int, at geometry(Point, 4326));
                INSERT INTO places SELECT n, ST_SetSRID(ST_MakePoint(n, n), 4326) FROM generate_series(1, 50) n;
                CREATE INDEX ON places USING gist (at);
                INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
                VALUES (910001, 'own', 1, 'LOCAL_CS["own"]', '+proj=longlat');
                """, tables: ["public.places: 50", "public.spatial_ref_sys: 1"])

        @Test(arguments: uses)
        func `is backed up and proven`(use: Use) async throws {
            let cluster =
                use.binFolder == ScratchCluster.anyBinFolder
                ? try OwnServer.cluster : try await ScratchCluster.shared(use.binFolder)
            try await Workbench.with(ServerText(use.script), on: cluster) { bench in
                let backup = try await bench.backUp()
                let tables = backup.manifest.tables.map { "\($0.displayName): \($0.rows)" }
                #expect(Set(tables).isSuperset(of: use.tables))
                let report = try await bench.verify(backup) { $0.server = nil }
                #expect(report.failures == [:])
                #expect(report.checks.first { $0.name == "rows" }?.verdict == .passed)
            }
        }

        @Test func `an extension that is not installed is named with its package, before anything is made`()
            async throws
        {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let backup = try await bench.backUp()
                var source = try await bench.source(backup)
                var manifest = source.manifest
                manifest.extensions += ["postgis_none", "vector"].map {
                    Manifest.Extension(name: ServerText($0), version: "1", schema: "public")
                }
                source = BackupSource(
                    store: source.store, folder: source.folder, manifest: manifest,
                    manifestSHA256: source.manifestSHA256)
                var settings = VerifySettings()
                settings.storesEvidence = false
                let error = await #expect(throws: OperationError.self) {
                    try await VerifyOperation(context: bench.context(), source: source, settings: settings).execute()
                }
                #expect(error?.message.contains("extension postgis_none, extension vector") == true)
                let major = bench.cluster.version.major
                #expect(error?.hint?.contains("apt-get install postgresql-\(major)-pgvector") == true)
                #expect(error?.hint?.contains("the package of postgis_none") == true)
                #expect(error?.category == .unavailable)
            }
        }

        @Test(
            arguments: [
                ("hstore", "postgresql-15"), ("postgis_topology", "postgresql-15-postgis-3"),
                ("pg_partman", "postgresql-15-partman"), ("plpython3u", "postgresql-plpython3-15"),
                ("vector", "postgresql-15-pgvector"), ("homemade", nil),
            ] as [(String, String?)])
        func `has a package`(name: String, package: String?) {
            #expect(ExtensionPackages.package(of: name, major: 15) == package)
        }
    }
}
