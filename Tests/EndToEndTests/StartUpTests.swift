import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What the program says before it does anything.
    @Suite struct StartUpTests {
        @Test func `the version is printed alone`() async throws {
            let result = try await Workplace().succeed("--version")
            #expect(result.standardOutput.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
            #expect(result.standardError == "")
        }

        @Test(arguments: ["", "backup now", "restore", "list", "show", "next"])
        func `help has examples`(_ command: String) async throws {
            let workplace = try Workplace()
            let words = command.split(separator: " ").map(String.init)
            let result = try await workplace.run(words + ["--help"])
            #expect(result.exitCode == 0)
            #expect(result.standardOutput.contains("EXAMPLES"))
            #expect(result.standardOutput.contains("  dbops \(command)"))
        }

        @Test func `help tells what every exit code means`() async throws {
            let result = try await Workplace().succeed("help", "exit-codes")
            for code in [0, 1, 3, 64, 65, 69, 70, 73, 75, 77, 78, 130, 143] {
                #expect(result.standardOutput.contains(try Regex("(?m)^ +\(code)  \\w")), "\(code)")
            }
        }

        @Test(arguments: [
            (["backup", "now", "--database", "postgresql:///x", "--to", "/x", "--quick"], "--quick"),
            (["backup", "now", "--to", "/x"], "--database"),
            (["backup", "now", "--database", "postgresql:///x", "--to", "/x", "--workers", "0"], "--workers"),
            (["backup", "now", "--database", "postgresql:///x", "--to", "/x", "--compression", "lz77"], "lz77"),
            (["backup", "now", "--database", "postgresql:///x", "--to", "ftp://x/y"], "ftp"),
            (["backup", "now", "--database", "nonsense=x", "--to", "/x"], "connection option"),
            (["restore", "/x"], "--verify"),
            (["restore", "--verify", "/x", "--create"], "--create"),
            (["restore", "--verify", "20261121T020000Z-k3v7qa"], "--store"),
            (["list"], "--store"),
            (["conjure"], "conjure"),
        ])
        func `what was typed wrongly is named`(_ arguments: [String], _ word: String) async throws {
            let result = try await Workplace().run(arguments)
            #expect(result.exitCode == 64, "\(result)")
            #expect(result.standardError.contains(word), "\(result)")
            #expect(result.standardOutput == "")
        }

        @Test func `a dry run lists the tables and writes nothing`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            let result = try await workplace.succeed(
                "backup", "now", "--database", server.text(database), "--to", workplace.store, "--dry-run",
                "--exclude-table-data", "public.events")
            for table in ["countries", "customers", "products", "orders", "lines", "payments", "notes", "queue"] {
                #expect(result.standardOutput.contains("  public.\(table) "), "\(table)")
            }
            #expect(result.standardOutput.contains("without rows: public.events"))
            #expect(Workplace.files(below: workplace.store) == [])
        }
    }
}
