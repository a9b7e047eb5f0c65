import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// Restores for real of a part, into the place of a database, and their plans.
    @Suite struct RestoreForRealTests {
        private static let shop = """
            CREATE TABLE customers (id serial PRIMARY KEY, name text); CREATE INDEX by_name ON customers (name);
            INSERT INTO customers (name) SELECT 'c' || n FROM generate_series(1, 30) n;
            CREATE TABLE "Order items" (id int PRIMARY KEY, customer int REFERENCES customers);
            INSERT INTO "Order items" SELECT n, n FROM generate_series(1, 30) n;
            """

        /// A server, a database with some tables, and a backup of it.
        private func bench() async throws -> (
            server: TestServer, workplace: Workplace, database: String, backup: String
        ) {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(Self.shop, database: database)
            return (server, workplace, database, try await workplace.backUp(server.text(database)))
        }

        @Test func `a lost table comes back with its index, its sequence and a foreign key to a living table`()
            async throws
        {
            let (server, workplace, database, backup) = try await bench()
            try await server.psql("DROP TABLE \"Order items\"; UPDATE customers SET name = 'later'", database: database)
            let arguments = ["restore", backup, "--into", server.text(database), "--table", "\"Order items\""]
            let plan = try await workplace.dbops.run(arguments + ["--dry-run", "--json"])
            #expect(plan.exitCode == 0, "\(plan)")
            let object = try #require(try plan.objects().first)
            #expect(object["rows"] as? Int == 30)
            #expect(object.text("form") == "part")
            #expect(try await server.psql("SELECT to_regclass('\"Order items\"') IS NULL", database: database) == "t")
            let result = try await workplace.dbops.run(arguments)
            #expect(result.exitCode == 0, "\(result)")
            let query = """
                SELECT count(*), (SELECT count(*) FROM pg_constraint WHERE conrelid = '"Order items"'::regclass),
                       (SELECT count(*) FROM customers WHERE name = 'later') FROM "Order items"
                """
            #expect(try await server.psql(query, database: database) == "30|2|30")
        }

        @Test func `what is there is never restored over, and the plan says so with the same code`() async throws {
            let (server, workplace, database, backup) = try await bench()
            for more in [[], ["--dry-run"]] {
                let result = try await workplace.dbops.run(
                    ["restore", backup, "--into", server.text(database), "--table", "customers"] + more)
                #expect(result.exitCode == 73, "\(result)")
                let said = result.standardOutput + result.standardError
                #expect(said.contains("public.customers (a table)") && said.contains("public.by_name (an index"))
            }
            #expect(try await server.psql("SELECT count(*) FROM customers", database: database) == "30")
        }

        @Test func `a name that the backup does not hold is refused with the nearest`() async throws {
            let (server, workplace, database, backup) = try await bench()
            let result = try await workplace.run(
                "restore", backup, "--into", server.text(database), "--table", "public.custommers")
            expect(result, failsWith: 64, saying: "public.custommers", "did you mean public.customers?")
        }

        @Test(arguments: [
            ["--verify", "--table", "t"], ["--verify", "--dry-run"], ["--into", "postgresql:///x", "--disconnect"],
            ["--into", "postgresql:///x", "--replace", "x", "--create"],
            ["--into", "postgresql:///x", "--replace", "x", "--table", "t"],
        ])
        func `options that make no sense together are refused`(arguments: [String]) async throws {
            let workplace = try Workplace()
            let result = try await workplace.dbops.run(["restore", "/nowhere"] + arguments)
            #expect(result.exitCode == 64, "\(result)")
        }

        @Test func `a database is replaced, and put back by the statements that are said`() async throws {
            let (server, workplace, database, backup) = try await bench()
            try await server.psql("DELETE FROM \"Order items\"", database: database)
            let result = try await workplace.succeed(
                "restore", backup, "--into", server.text(), "--replace", database, "--json")
            let report = try #require(try result.objects().first)
            let replaced = try #require(report["replaced"] as? [String: Any])
            let statements = try #require(replaced["swap_back"] as? [String])
            #expect(try await server.psql("SELECT count(*) FROM \"Order items\"", database: database) == "30")
            for statement in statements { try await server.psql(statement) }
            #expect(try await server.psql("SELECT count(*) FROM \"Order items\"", database: database) == "0")
        }
    }
}
