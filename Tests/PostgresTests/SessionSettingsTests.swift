import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionSettingsTests {
    /// A database whose own settings are as bad as can be.
    private func hostileSession(
        _ binFolder: String, _ database: String, statements: (Int) -> [ServerText]
    ) async throws -> Session {
        let cluster = try await ScratchCluster.shared(binFolder)
        let info = try await cluster.createDatabase(database)
        let hostile = [
            "array_nulls = off", "default_transaction_read_only = on", "default_transaction_isolation = serializable",
            "bytea_output = escape", "quote_all_identifiers = on", "\"TimeZone\" = 'Asia/Tokyo'",
            "\"DateStyle\" = 'SQL, DMY'", "\"IntervalStyle\" = 'sql_standard'", "extra_float_digits = -3",
            "search_path = 'nowhere'", "statement_timeout = '1h'", "lock_timeout = '1h'", "client_encoding = 'LATIN1'",
            "xmloption = document", "row_security = on", "max_parallel_workers_per_gather = 8",
        ]
        for setting in hostile { try await cluster.psql("ALTER DATABASE \(database) SET \(setting)") }
        let probe = try await cluster.openSession()
        return try await Session.open(
            info, applicationName: "dbops test", startupStatements: statements(probe.server.versionNumber))
    }

    private func value(_ name: String, _ session: Session) async throws -> String {
        try await session.query("SELECT current_setting($1) AS value", [ServerText(name)]).onlyRow().string("value")
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `make COPY text that does not depend on the database's settings`(binFolder: String) async throws {
        let session = try await hostileSession(binFolder, "hostile_dump") { version in
            SessionSettings.dumping(serverVersionNumber: version, clientEncoding: "UTF8")
        }
        var bytes: [UInt8] = []
        _ = try await session.copyOut(
            """
            COPY (SELECT '2026-11-21 12:00:00+00'::timestamptz, '\\x00ff'::bytea, 0.1::float8 + 0.2::float8,
                '1 year 2 mons'::interval, 'pg_class'::regclass, 'ü'::text) TO STDOUT
            """
        ) { bytes += $0 }
        let line = "2026-11-21 12:00:00+00\t\\\\x00ff\t0.30000000000000004\t1 year 2 mons\tpg_class\tü\n"
        #expect(String(decoding: bytes, as: UTF8.self) == line)
        for (name, expected) in [
            ("search_path", ""), ("statement_timeout", "0"), ("lock_timeout", "0"), ("row_security", "off"),
            ("synchronize_seqscans", "off"), ("idle_in_transaction_session_timeout", "0"),
            ("idle_session_timeout", "0"), ("restrict_nonsystem_relation_kind", "view, foreign-table"),
            ("max_parallel_workers_per_gather", "0"),
        ] {
            let found = try await value(name, session)
            #expect(found == expected, "\(name)")
        }
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `let rows be loaded whatever the database's settings`(binFolder: String) async throws {
        let session = try await hostileSession(binFolder, "hostile_load") { version in
            SessionSettings.loading(serverVersionNumber: version, clientEncoding: "UTF8", monetaryLocale: "C")
        }
        try await session.execute("CREATE TABLE public.t (a int[], m money)")
        var rows = [Array("{1,NULL}\t$1,234.56\n".utf8)][...]
        #expect(try await session.copyIn("COPY public.t FROM STDIN") { rows.popFirst() } == 1)
        #expect(try await value("xmloption", session) == "content")
        #expect(try await value("lc_monetary", session) == "C")
    }

    @Test func `compare money as the source writes it`() {
        let statements = SessionSettings.comparing(
            serverVersionNumber: 150_020, clientEncoding: "UTF8", monetaryLocale: "de_DE.UTF-8")
        #expect(statements.last == "SET lc_monetary = 'de_DE.UTF-8'")
        #expect(
            !SessionSettings.dumping(serverVersionNumber: 150_020, clientEncoding: "UTF8").contains {
                $0.text.contains("lc_monetary")
            })
    }

    @Test func `name only settings that the version has`() {
        let old = SessionSettings.dumping(serverVersionNumber: 130_000, clientEncoding: "UTF8").map(\.text)
        #expect(
            !old.contains {
                $0.contains("idle_session_timeout") || $0.contains("transaction_timeout = ") && !$0.contains("idle_in")
            })
        let new = SessionSettings.dumping(serverVersionNumber: 170_000, clientEncoding: "UTF8").map(\.text)
        #expect(new.contains("SET transaction_timeout = 0") && new.contains("SET idle_session_timeout = 0"))
    }
}
