import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// Databases that are not in UTF-8.
    @Suite struct EncodingTests {
        private func options(_ encoding: String) -> String {
            "TEMPLATE template0 ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C'"
        }

        private func make(_ encoding: String, _ script: ServerText, on server: TestServer) async throws -> String {
            let name = TestServer.newName(encoding.lowercased())
            _ = try await server.cluster.createDatabase(name, options: options(encoding))
            try await server.cluster.psql(script, database: name)
            return name
        }

        @Test(arguments: [("LATIN1", "größe café"), ("EUC_JP", "在庫の表"), ("WIN1251", "таблица"), ("LATIN9", "€uro")])
        func `is proven in a throw-away cluster, and restored where UTF-8 is spoken`(
            encoding: String, text: String
        ) async throws {
            // A server of its own: pg_dump reads the names of all roles in the database's encoding, and those that other
            // tests make on theirs cannot all be written in it.
            try await ScratchCluster.with { cluster in
                try await prove(encoding, text, on: try TestServer(cluster, binFolder: ScratchCluster.anyBinFolder))
            }
        }

        private func prove(_ encoding: String, _ text: String, on server: TestServer) async throws {
            let workplace = try Workplace()
            let name = try await make(
                encoding,
                """
                SET client_encoding = 'UTF8';
                CREATE TABLE "t \(text)" ("c \(text)" text);
                INSERT INTO "t \(text)" SELECT '\(text)' || n FROM generate_series(1, 50) n;
                COMMENT ON TABLE "t \(text)" IS '\(text)';
                """, on: server)
            let backup = try await workplace.backUp(server.text(name), "--globals", "none")
            let proof = try await workplace.run("restore", "--verify", backup)
            #expect(proof.exitCode == 0, "\(proof)")
            let copy = TestServer.newName("utf8")
            _ = try await server.makeDatabase(named: copy)
            let restored = try await workplace.run("restore", backup, "--into", server.text(copy))
            #expect(restored.exitCode == 0, "\(restored)")
            let count = try await server.psql(
                "SELECT count(*) FROM \"t \(text)\" WHERE \"c \(text)\" LIKE '\(text)%'", database: copy)
            #expect(count == "50")
        }

        /// A table whose one row is no UTF-8.
        private static let bytes: ServerText =
            "CREATE TABLE t (a text); INSERT INTO t VALUES ('w\(ServerText(bytes: [0xe9]))rt'), ('plain')"

        @Test func `bytes of SQL_ASCII are proven, come back as they were, and are refused where they are no text`()
            async throws
        {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = try await make("SQL_ASCII", Self.bytes, on: server)
            let backup = try await workplace.backUp(server.text(name), "--globals", "none")
            let proof = try await workplace.run("restore", "--verify", backup)
            #expect(proof.exitCode == 0, "\(proof)")

            let same = TestServer.newName("same")
            let created = try await workplace.run("restore", backup, "--into", server.text(same), "--create")
            #expect(created.exitCode == 0, "\(created)")
            let hex = "SELECT encode(a::bytea, 'hex') FROM t WHERE a <> 'plain'"
            #expect(try await server.psql(hex, database: same) == "77e97274")

            let other = TestServer.newName("other")
            _ = try await server.makeDatabase(named: other)
            let refused = try await workplace.run("restore", backup, "--into", server.text(other))
            expect(
                refused, failsWith: 73, saying: "is UTF8 and cannot hold what was SQL_ASCII", "public.t", "--create")
            #expect(refused.standardError.contains("takes only bytes that are characters in it"))
        }

        @Test func `SQL_ASCII whose bytes are UTF-8 becomes text, and is told`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = try await make("SQL_ASCII", "CREATE TABLE t AS SELECT 'grün'::text AS a", on: server)
            let backup = try await workplace.backUp(server.text(name), "--globals", "none")
            let other = TestServer.newName("other")
            _ = try await server.makeDatabase(named: other)
            let restored = try await workplace.run("restore", backup, "--into", server.text(other))
            #expect(restored.exitCode == 0, "\(restored)")
            #expect(restored.standardError.contains("which has no encoding"))
            #expect(try await server.psql("SELECT length(a) FROM t", database: other) == "4")
        }

        @Test func `a character that the target does not have ends the restore with its name`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = try await server.makeDatabase()
            try await server.psql("CREATE TABLE t AS SELECT 'データ'::text AS a", database: name)
            let backup = try await workplace.backUp(server.text(name), "--globals", "none")
            let other = try await make("LATIN1", "", on: server)
            expect(
                try await workplace.run("restore", backup, "--into", server.text(other)), failsWith: 73,
                saying: "is LATIN1 and cannot hold what was UTF8", "--create")
        }
    }
}
