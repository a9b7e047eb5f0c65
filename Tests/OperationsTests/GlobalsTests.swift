import Archive
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// Roles and what else belongs to the whole server: in the backup, and made on another server.
    @Suite struct GlobalsTests {
        /// Names that no other test of the server's uses.
        private static let script: ServerText = """
            CREATE ROLE globals_group; CREATE ROLE "globals ""app" LOGIN PASSWORD 'secret' CONNECTION LIMIT 7 IN ROLE globals_group;
            ALTER ROLE "globals ""app" SET work_mem = '7MB'; ALTER ROLE globals_group SET work_mem = '6MB';
            ALTER ROLE globals_group REPLICATION;
            COMMENT ON ROLE globals_group IS 'a group; of ''apps''';
            CREATE TABLE t AS SELECT 1 AS n; ALTER TABLE t OWNER TO "globals ""app";
            """

        private func clearing(_ bench: Workbench, _ body: () async throws -> Void) async throws {
            func clear() async throws {
                try await bench.psql(
                    #"DROP OWNED BY "globals ""app", globals_group; DROP ROLE IF EXISTS "globals ""app", globals_group"#
                )
            }
            do { try await body() } catch {
                try? await clear()
                throw error
            }
            try await clear()
        }

        private func globals(_ backup: BackupReport, _ bench: Workbench) async throws -> String {
            let source = try await bench.source(backup)
            let stored = try await source.readObject(named: "globals.sql.gz")
            return String(
                decoding: try MemberReader.inflate(stored, object: "globals.sql.gz", limitInBytes: 1 << 20),
                as: UTF8.self)
        }

        private func restore(
            _ backup: BackupReport, of bench: Workbench, to cluster: ScratchCluster, as user: String? = nil
        ) async throws -> RestoreReport {
            let server = cluster.connectionInfo.with(database: "copy")
            return try await RestoreOperation(
                context: bench.context(), source: try await bench.source(backup),
                request: .init(
                    target: user.map { server.with(user: $0) } ?? server, destination: .new, jobs: 2, makesRoles: true)
            ).execute()
        }

        @Test func `are in a backup, and on a server that lacks them after a restore`() async throws {
            try await Workbench.with(Self.script) { bench in
                try await clearing(bench) {
                    let database = ServerText(bench.database.database ?? "").quotedAsIdentifier
                    try await bench.psql(
                        """
                        ALTER DATABASE \(database) SET work_mem = '9MB'; COMMENT ON DATABASE \(database) IS 'the shop';
                        ALTER ROLE globals_group IN DATABASE \(database) SET work_mem = '5MB';
                        REVOKE CONNECT ON DATABASE \(database) FROM PUBLIC; GRANT CONNECT ON DATABASE \(database) TO globals_group;
                        """)
                    let backup = try await bench.backUp()
                    #expect(backup.manifest.globals == .init(file: "globals.sql.gz", passwordHashes: true))
                    #expect(try await globals(backup, bench).contains("PASSWORD 'SCRAM-SHA-256$"))
                    try await ScratchCluster.with { other in
                        try await other.psql("CREATE ROLE globals_group NOLOGIN")
                        let report = try await restore(backup, of: bench, to: other)
                        #expect(report.roles.contains("globals \"app") && !report.roles.contains("globals_group"))
                        #expect(report.warnings == [])
                        let role = try await other.psql(
                            """
                            SELECT concat_ws('|', rolconnlimit, rolcanlogin, rolconfig, rolpassword LIKE 'SCRAM%',
                                   pg_has_role(rolname, 'globals_group', 'MEMBER'))
                              FROM pg_authid JOIN LATERAL (SELECT setconfig AS rolconfig FROM pg_db_role_setting WHERE setrole = pg_authid.oid) s ON true
                             WHERE rolname = 'globals "app'
                            """)
                        #expect(role == "7|t|{work_mem=7MB}|t|t")
                        let isReplica = try await other.psql(
                            "SELECT rolreplication FROM pg_roles WHERE rolname = 'globals_group'")
                        #expect(isReplica == "f", "a role that is there stays as it is")
                        let properties = try await other.psql(
                            """
                            SELECT concat_ws('|', shobj_description(oid, 'pg_database'), current_setting('work_mem'),
                                   has_database_privilege('globals "app', oid, 'CONNECT'), datacl::text LIKE '%{=%',
                                   (SELECT setconfig FROM pg_db_role_setting WHERE setrole <> 0 AND setdatabase = d.oid))
                              FROM pg_database d WHERE datname = current_database()
                            """, database: "copy")
                        #expect(properties == "the shop|9MB|t|f|{work_mem=5MB}")
                    }
                }
            }
        }

        @Test func `come without passwords from a role that may not read them, and as the settings say`() async throws {
            let script = Self.script + "CREATE ROLE globals_reader LOGIN; GRANT SELECT ON t TO globals_reader;"
            try await Workbench.with(script) { bench in
                try await clearing(bench) {
                    let backup = try await bench.backUp(connection: bench.database.with(user: "globals_reader"))
                    #expect(backup.manifest.globals?.passwordHashes == false)
                    #expect(backup.warnings == [])
                    let text = try await globals(backup, bench)
                    #expect(text.contains("CREATE ROLE \"globals \"\"app\"") && !text.contains("PASSWORD"))
                    var settings = BackupSettings()
                    settings.globals = .withoutPasswords
                    let second = try await bench.backUp(settings: settings)
                    #expect(second.manifest.globals?.passwordHashes == false)
                    settings.globals = .none
                    let third = try await bench.backUp(settings: settings)
                    #expect(third.manifest.globals == nil)
                    #expect(!third.manifest.objects.contains { $0.name == "globals.sql.gz" })
                    let error = await #expect(throws: OperationError.self) {
                        _ = try await restore(third, of: bench, to: bench.cluster)
                    }
                    #expect(error.map { "\($0)".contains("noGlobals") } == true)
                }
                try await bench.psql("DROP OWNED BY globals_reader; DROP ROLE globals_reader")
            }
        }

        @Test func `are made as far as a server lets a role that is no superuser`() async throws {
            try await Workbench.with(Self.script) { bench in
                try await clearing(bench) {
                    let backup = try await bench.backUp()
                    try await ScratchCluster.with { other in
                        try await other.psql("CREATE ROLE keeper LOGIN CREATEROLE CREATEDB")
                        let report = try? await restore(backup, of: bench, to: other, as: "keeper")
                        let made = try await other.psql(
                            "SELECT string_agg(rolname || rolreplication, ', ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'globals%'"
                        )
                        #expect(made == "globals \"appfalse, globals_groupfalse")
                        let warnings = report?.warnings ?? bench.reporter.warnings
                        #expect(warnings.contains { $0.contains("ALTER ROLE \"globals_group\"") })
                        #expect(!warnings.contains { $0.contains("SCRAM") })
                    }
                }
            }
        }

        @Test func `are made by a verification in a throw-away cluster, and a setting that it does not take is told`()
            async throws
        {
            try await Workbench.with(Self.script) { bench in
                try await clearing(bench) {
                    // As if the source had a locale that this machine lacks.
                    try await bench.psql(
                        """
                        UPDATE pg_db_role_setting SET setconfig = ARRAY['lc_messages=xx_XX.UTF-8']
                         WHERE setrole = 'globals_group'::regrole
                        """)
                    let backup = try await bench.backUp()
                    let report = try await bench.verify(backup) { $0.server = nil }
                    #expect(report.failures == [:])
                    let check = report.checks.first { $0.name == "globals" }
                    #expect(check?.verdict == .passed)
                    #expect(check?.details.contains { $0.contains("ALTER ROLE \"globals_group\" SET") } == true)
                    #expect(try await bench.verify(backup).checks.first { $0.name == "globals" }?.verdict == .skipped)
                }
            }
        }
    }
}
