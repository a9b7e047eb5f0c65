import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ServerFactsTests {
    /// Runs `body` with the facts of a database of its own, which `script` has filled.
    private func facts(
        _ binFolder: String, database: String, options: String = "", script: ServerText, user: String? = nil
    ) async throws -> ServerFacts {
        let cluster = try await ScratchCluster.shared(binFolder)
        var info = try await cluster.createDatabase(database, options: options)
        try await cluster.psql(script, database: database)
        if let user { info = info.with(user: user) }
        let session = try await Session.open(info, applicationName: "dbops test")
        return try await ServerFacts.gather(session)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `hold what the server says of itself`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        let facts = try await facts(
            binFolder, database: "plain", options: "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
            script: "ALTER DATABASE plain SET \"TimeZone\" = 'Europe/Berlin'; ALTER DATABASE plain SET search_path = ''"
        )
        let identifier = try await cluster.psql("SELECT system_identifier FROM pg_control_system()")
        #expect(facts.version == cluster.version)
        #expect(facts.versionText.hasPrefix(cluster.version.description))
        #expect(facts.systemIdentifier == identifier)
        #expect(facts.database == "plain")
        #expect(facts.currentUser == "postgres" && facts.isSuperuser && facts.bypassesRowSecurity)
        #expect(!facts.isInRecovery)
        #expect(facts.locale.encoding == "LATIN1" && facts.locale.collate == "C" && facts.locale.provider == .libc)
        #expect(facts.timeZone == "Europe/Berlin")
        #expect(facts.blockSizeInBytes == 8_192)
        #expect(facts.deadlockTimeoutInMilliseconds == 1_000)
        #expect(facts.sharedLockCapacity == 1_024 * 300)
        #expect(facts.extensions.map(\.name) == ["plpgsql"])
        #expect(facts.roles.map(\.name) == ["postgres"])
        #expect(facts.collations.isEmpty && facts.tablespaces.isEmpty)
        #expect(facts.invalidIndexes.isEmpty && facts.unvalidatedConstraints.isEmpty)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `name the roles that the database needs`(binFolder: String) async throws {
        let facts = try await facts(
            binFolder, database: "peopled",
            script: """
                CREATE ROLE r_owner; CREATE ROLE r_reader; CREATE ROLE r_policy; CREATE ROLE r_stranger;
                CREATE ROLE r_defaults; CREATE ROLE r_connect; CREATE ROLE r_database;
                CREATE TABLE t (n int); ALTER TABLE t OWNER TO r_owner; GRANT SELECT (n) ON t TO r_reader;
                CREATE POLICY p ON t TO r_policy USING (true);
                ALTER DEFAULT PRIVILEGES FOR ROLE r_owner GRANT SELECT ON TABLES TO r_defaults;
                GRANT CONNECT ON DATABASE peopled TO r_connect; ALTER DATABASE peopled OWNER TO r_database;
                CREATE DATABASE elsewhere OWNER r_stranger;
                """)
        let names = ["postgres", "r_connect", "r_database", "r_defaults", "r_owner", "r_policy", "r_reader"]
        #expect(facts.roles.map(\.name.text) == names)
        #expect(facts.roles.filter(\.isBootstrap).map(\.name) == ["postgres"])
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `name what a restore may miss or find broken`(binFolder: String) async throws {
        let facts = try await facts(
            binFolder, database: "worn",
            script: """
                CREATE TABLE t (n int, c text COLLATE "C.utf8");
                INSERT INTO t VALUES (1, 'x'), (1, 'y');
                CREATE COLLATION public.own FROM "C.utf8";
                ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 5) NOT VALID;
                CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT small CHECK (VALUE < 5) NOT VALID;
                \\set ON_ERROR_STOP off
                CREATE UNIQUE INDEX CONCURRENTLY broken ON t (n);
                """)
        #expect(facts.collations.map(\.name) == ["C.utf8", "own"])
        #expect(facts.collations.map(\.isUserDefined) == [false, true])
        #expect(facts.invalidIndexes == [RelationPart(schema: "public", relation: "t", name: "broken")])
        #expect(
            facts.unvalidatedConstraints == [
                RelationPart(schema: "public", relation: "d", name: "small"),
                RelationPart(schema: "public", relation: "t", name: "positive"),
            ])
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `are open to a role without privileges`(binFolder: String) async throws {
        let facts = try await facts(
            binFolder, database: "guarded",
            script: """
                CREATE ROLE nobody LOGIN; CREATE SCHEMA nobody AUTHORIZATION nobody;
                REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
                CREATE FUNCTION nobody.current_database() RETURNS name LANGUAGE sql AS $$SELECT 'trap'::name$$;
                ALTER ROLE nobody SET search_path = nobody, pg_catalog;
                """, user: "nobody")
        #expect(facts.systemIdentifier == nil)
        #expect(facts.database == "guarded")
        #expect(!facts.isSuperuser && !facts.bypassesRowSecurity)
    }

    @Test func `hold the configuration tables of extensions with their conditions`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let facts = try await ServerFacts.gather(session)
        #expect(facts.extensions.allSatisfy { $0.configurationTables.isEmpty })
        // What a script of an extension does, told to the catalogue directly.
        _ = try await cluster.createDatabase("extended")
        try await cluster.psql(
            """
            CREATE TABLE settings (id int); CREATE TABLE words (w text);
            UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass, 'words'::regclass]::oid[],
                extcondition = ARRAY['WHERE id > 5', ''];
            """, database: "extended")
        let extended = try await ServerFacts.gather(try await cluster.openSession(database: "extended"))
        let tables = try #require(extended.extensions.first).configurationTables
        #expect(tables.map(\.name) == ["settings", "words"])
        #expect(tables.map(\.condition) == ["WHERE id > 5", ""])
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `hold the provider of the collation`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        guard cluster.version.major >= 17 else { return }
        let facts = try await facts(
            binFolder, database: "builtin",
            options: "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'", script: "")
        #expect(facts.locale.provider == .builtin)
        #expect(facts.locale.locale == "C.UTF-8")
    }
}
