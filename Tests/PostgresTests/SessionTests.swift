import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionTests {
    @Test(arguments: ScratchCluster.binFolders)
    func `knows whom it has met`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        let session = try await cluster.openSession()
        let row = try await session.query(
            "SELECT current_setting('server_version_num') AS v, pg_backend_pid() AS pid, current_database() AS db"
        ).onlyRow()
        #expect(try row.int("v") == session.server.versionNumber)
        #expect(try row.int("pid") == Int(session.server.backendProcessID))
        #expect(try row.string("db") == session.server.database)
        #expect(PostgresVersion(number: session.server.versionNumber) == cluster.version)
        #expect(session.server.encoding == "UTF8")
    }

    @Test func `reads values by name and type`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let row = try await session.query(
            "SELECT $1::int8 AS big, $2::text AS word, NULL AS nothing, true AS yes, 4294967295::oid AS id, 1.5 AS x",
            ["-9223372036854775808", "it's \\ \"quoted\""]
        ).onlyRow()
        #expect(try row.int64("big") == .min)
        #expect(try row.text("word") == "it's \\ \"quoted\"")
        #expect(try row.optionalText("nothing") == nil)
        #expect(try row.bool("yes"))
        #expect(try row.oid("id") == .max)
        #expect(try row.double("x") == 1.5)
        #expect(throws: PostgresError.unexpectedResult("column \"word\" is not an integer")) { try row.int("word") }
        #expect(throws: PostgresError.unexpectedResult("column \"nothing\" is null")) { try row.text("nothing") }
        #expect(throws: PostgresError.unexpectedResult("no column \"nowhere\"")) { try row.text("nowhere") }
    }

    @Test func `passes NULL and empty text as parameters`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let row = try await session.query("SELECT $1::text IS NULL AS n, $2::text = '' AS e", [nil, ""]).onlyRow()
        #expect(try row.bool("n") && row.bool("e"))
    }

    @Test func `keeps message, SQLSTATE, detail and hint of the server`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let error = try await #require(throws: PostgresError.self) {
            try await session.execute(
                """
                DO $$BEGIN RAISE 'broken' USING ERRCODE = '42501', DETAIL = 'a row', HINT = 'Mend it.'; END$$
                """)
        }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.message == "broken")
        #expect(failure.detail == "a row")
        #expect(error.hint == "Mend it.")
        #expect(error.category == .permission)
        #expect(error.message == "broken (SQLSTATE 42501, in: DO…)")
    }

    @Test func `gathers notices until they are asked for`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("DO $$BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END$$")
        let notices = session.drainNotices()
        #expect(notices.map(\.message) == ["one", "two"])
        #expect(notices.map(\.severity) == ["NOTICE", "WARNING"])
        #expect(session.drainNotices().isEmpty)
    }

    @Test func `refuses calls after its end`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        await session.close()
        let error = try await #require(throws: PostgresError.self) { try await session.execute("SELECT 1") }
        guard case .sessionClosed = error else { throw error }
    }

    @Test func `ends its connection when nobody holds it any more`() async throws {
        let cluster = try await ScratchCluster.shared()
        let observer = try await cluster.openSession()
        let pid = try await cluster.openSession().server.backendProcessID
        let sql: ServerText = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
        while try await observer.query(sql, [ServerText("\(pid)")]).onlyRow().int("count") > 0 { await Task.yield() }
    }

    @Test func `keeps the application name of the connection string`() async throws {
        let cluster = try await ScratchCluster.shared()
        let named = try await Session.open(
            cluster.connectionInfo.with("application_name", "mine"), applicationName: "dbops test")
        #expect(try await named.query("SHOW application_name").onlyRow().string("application_name") == "mine")
        let plain = try await cluster.openSession()
        #expect(try await plain.query("SHOW application_name").onlyRow().string("application_name") == "dbops test")
    }

    @Test func `runs its first statements in order`() async throws {
        let session = try await Session.open(
            ScratchCluster.shared().connectionInfo, applicationName: "dbops test",
            startupStatements: ["SET lock_timeout = 5", "SET lock_timeout = 7"])
        #expect(try await session.query("SHOW lock_timeout").onlyRow().string("lock_timeout") == "7ms")
    }

    @Test func `tells a broken connection from a refused statement`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let pid = session.server.backendProcessID
        let error = try await #require(throws: PostgresError.self) {
            _ = try await session.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in
                try await cluster.openSession().execute("SELECT pg_terminate_backend(\(pid))")
            }
        }
        guard case .connectionLost(_, let reason) = error else { throw error }
        #expect(reason.contains("terminat") || reason.contains("closed the connection"))
        #expect(error.category == .failed)
    }

    @Test func `speaks bytes with an SQL_ASCII database`() async throws {
        let cluster = try await ScratchCluster.shared()
        _ = try await cluster.createDatabase(
            "bytes", options: "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
        let session = try await cluster.openSession(database: "bytes")
        let name = ServerText(bytes: [0x67, 0xF6, 0x22, 0xFF])
        let table = SQLIdentifier(schema: "public", name: name)
        try await session.execute("CREATE TABLE \(table.quoted) (t text)")
        try await session.execute("INSERT INTO \(table.quoted) VALUES (\(name.quotedAsLiteral))")
        let found = try await session.query("SELECT relname FROM pg_class WHERE relname = $1", [name])
        #expect(try found.onlyRow().text("relname") == name)
        var bytes: [UInt8] = []
        _ = try await session.copyOut("COPY \(table.quoted) TO STDOUT") { bytes += $0 }
        #expect(bytes == name.bytes + [UInt8(ascii: "\n")])
    }

    @Test func `speaks UTF-8 with databases of other encodings`() async throws {
        let cluster = try await ScratchCluster.shared()
        _ = try await cluster.createDatabase(
            "latin", options: "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        let session = try await cluster.openSession(database: "latin")
        try await session.execute("CREATE TABLE \"größe\" ()")
        let table = try await session.query("SELECT relname FROM pg_class WHERE relname = 'größe'")
        #expect(try table.onlyRow().string("relname") == "größe")
    }
}
