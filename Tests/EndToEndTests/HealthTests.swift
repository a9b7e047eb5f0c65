import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops health`, and what `dbops check --connect` says of jobs of kind sql.
    @Suite struct HealthTests {
        private func workplace() async throws -> (workplace: Workplace, url: String, name: String) {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let name = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: """
                    [daemon]
                    timezone = "UTC"
                    state = "state"
                    [databases.main]
                    url = \"\"\"\(server.text(name))\"\"\"
                    [jobs.good]
                    kind = "sql"
                    database = "main"
                    sql = "SELECT 1; SELECT 2"
                    [jobs.bad]
                    kind = "sql"
                    database = "main"
                    file = "missing.sql"

                    """)
            return (workplace, server.text(name), name)
        }

        @Test func `prints values by the name of the job file, and rates where an interval is given`() async throws {
            let (workplace, url, name) = try await workplace()
            let result = try await workplace.runJobFile("health", "main", "--json")
            #expect(result.exitCode == 0, "\(result)")
            let object = try #require(try result.objects().first)
            let health = try #require(object["health"] as? [String: Any])
            #expect((health["database"] as? [String: Any])?.text("name") == name)
            #expect((health["connections"] as? [String: Any])?.number("max") == 100)
            #expect(object["rates"] == nil)
            let twice = try await workplace.run("health", "--database", url, "--interval", "1s", "--json")
            let rates = try #require(try twice.objects().first?["rates"] as? [String: Any])
            #expect(try #require(rates.number("seconds")) >= 1)
        }

        @Test func `prints lines for people, and says which names there are`() async throws {
            let (workplace, url, name) = try await workplace()
            let result = try await workplace.run("health", "--database", url)
            #expect(result.exitCode == 0, "\(result)")
            #expect(result.lines.contains { $0.hasPrefix("database ") && $0.contains(name) })
            #expect(result.lines.contains { $0.hasPrefix("connections ") })
            expect(try await workplace.runJobFile("health", "mian"), failsWith: 64, saying: "did you mean", "main")
            #expect(try await workplace.runJobFile("health").exitCode == 64)
            #expect(try await workplace.run("health", "--database", url, "--interval", "soon").exitCode == 64)
        }

        @Test func `a check says which statements cannot be read`() async throws {
            let (workplace, _, _) = try await workplace()
            let result = try await workplace.runJobFile("check", "--connect")
            #expect(result.standardOutput.contains("2 statements, mode transaction"), "\(result)")
            #expect(result.exitCode != 0)
            #expect((result.standardOutput + result.standardError).contains("missing.sql"), "\(result)")
        }
    }
}
