import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// Names that were never meant to be typed: the whole way of a backup, with real commands.
    @Suite struct OddNamesTests {
        static let names = [
            ".", "..", "-rf", "a b", "a\"b'c", "back\\slash", "50%", "%2F", "a/b/c", "new\nline", "UPPER", "größe 🐘",
            "e\u{301}", "dbname=x", "postgresql://x", "$HOME `id`",
        ]

        /// A database of this name, with a schema, a table and columns of that one.
        private func make(_ name: String, on server: TestServer) async throws {
            try await server.psql("CREATE DATABASE \(quoted(name))")
            let (schema, table, column) = (quoted("s " + name), quoted("t " + name), quoted("c " + name))
            try await server.psql(
                """
                CREATE SCHEMA \(schema);
                CREATE TABLE \(schema).\(table) (\(column) int PRIMARY KEY, \(quoted(name)) text DEFAULT 'x');
                INSERT INTO \(schema).\(table) SELECT n, \(literal(name)) || n FROM generate_series(1, 100) n;
                CREATE TABLE \(schema).rest (at timestamptz);
                INSERT INTO \(schema).rest SELECT now() - n * interval '1 day' FROM generate_series(1, 100) n;
                CREATE INDEX \(quoted("i " + name)) ON \(schema).\(table) (\(quoted(name)));
                """, database: name)
        }

        private func quoted(_ name: String) -> String { ServerText(name).quotedAsIdentifier.text }
        private func literal(_ name: String) -> String { ServerText(name).quotedAsLiteral.text }

        private func rows(_ server: TestServer, in database: String, of name: String) async throws -> String {
            try await server.psql(
                "SELECT count(*), sum(\(quoted("c " + name))) FROM \(quoted("s " + name)).\(quoted("t " + name))",
                database: database)
        }

        @Test(arguments: names)
        func `is backed up, listed, proven by its URL, restored and replaced`(name: String) async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            // No other test of this name makes a database; "." is taken by nobody.
            try await make(name, on: server)
            let made = try await workplace.succeed(
                "backup", "now", "--database", server.text(name), "--to", workplace.store, "--json", "--globals", "none"
            )
            let report = try #require(try made.objects().last)
            #expect(report.text("database").map { Array($0.utf8) } == Array(name.utf8))
            let url = try #require(report.text("url"))
            #expect(!url.contains("\n") && !url.contains(" "))
            #expect(try await workplace.listed().count == 1)

            let proof = try await workplace.run("restore", "--verify", url)
            #expect(proof.exitCode == 0, "\(proof)")

            // One table of it into a database of a plain name.
            let copy = TestServer.newName("odd")
            _ = try await server.makeDatabase(named: copy)
            let part = try await workplace.run(
                "restore", url, "--into", server.text(copy), "--table",
                "\(quoted("s " + name)).\(quoted("t " + name))")
            #expect(part.exitCode == 0, "\(part)")
            #expect(try await rows(server, in: copy, of: name) == "100|5050")

            // The database itself, by a rename.
            try await server.psql("DELETE FROM \(quoted("s " + name)).\(quoted("t " + name))", database: name)
            let replaced = try await workplace.run(
                "restore", url, "--into", server.text(), "--replace=\(name)", "--json")
            #expect(replaced.exitCode == 0, "\(replaced)")
            #expect(try await rows(server, in: name, of: name) == "100|5050")
            for database in [name, copy] { try await server.psql("DROP DATABASE \(quoted(database))") }
        }

        @Test(arguments: ["a b\"c", "größe", "50%/x\\", "-UPPER", "new\nline"])
        func `is maintained, cleaned and pruned`(suffix: String) async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = "kept \(suffix)"
            try await make(name, on: server)
            let address = server.text(name)
            for _ in 1...2 {
                try await workplace.succeed(
                    "backup", "now", "--database", address, "--to", workplace.store, "--globals", "none", "--quiet")
            }
            let series = BackupSeries(withoutJob: name).text
            #expect(try await workplace.listed(series).count == 2)
            try await workplace.succeed("prune", series, "--store", workplace.store, "--keep-last", "1")
            #expect(try await workplace.listed(series).count == 1)

            try await workplace.succeed("maintain", "--database", address, "--vacuum", "all")
            try await workplace.succeed(
                "clean", "--database", address, "--table", "\(quoted("s " + name)).rest", "--column", "at",
                "--older-than", "50d", "--max-fraction", "1")
            let left = try await server.psql("SELECT count(*) FROM \(quoted("s " + name)).rest", database: name)
            #expect(Int(left).map { (49...51).contains($0) } == true, "\(left)")
            try await server.psql("DROP DATABASE \(quoted(name))")
        }
    }
}
