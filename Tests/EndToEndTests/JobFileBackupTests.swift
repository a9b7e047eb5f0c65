import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// Commands that take jobs, stores and databases from the job file.
    @Suite struct JobFileBackupTests {
        /// A workplace whose job `nightly` backs a small database up into two stores.
        private func workplace(_ more: String = "") async throws -> Workplace {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            try workplace.write(
                jobFile: """
                    [daemon]
                    timezone = "UTC"
                    state = "state"
                    [databases.main]
                    url = \"\"\"\(server.text(database))\"\"\"
                    [stores.first]
                    url = "first"
                    [stores.second]
                    url = "second"
                    [jobs.nightly]
                    kind = "backup"
                    database = "main"
                    stores = ["first", "second"]
                    exclude_table_data = ["public.tail"]
                    \(more)
                    """)
            return workplace
        }

        @Test func `a job is backed up as the file says, listed, shown and proven by its name`() async throws {
            let workplace = try await workplace()
            let first = try await workplace.runJobFile("backup", "now", "nightly", "--json")
            #expect(first.exitCode == 0, "\(first)")
            let report = try #require(try first.objects().last)
            #expect(report.text("outcome") == "succeeded")
            #expect(report.text("job") == "nightly")
            #expect(
                report.number("tables") != nil && report.number("bytes_stored") != nil && report.number("rows") != nil)
            let second = try await workplace.runJobFile("backup", "now")
            #expect(second.exitCode == 0, "\(second)")
            let urls = second.lines
            #expect(urls.count == 2)
            #expect(urls[0].hasPrefix("file://\(workplace.folder)/first/nightly/"))

            let newest = try #require(urls[0].split(separator: "/").last.map(String.init))
            let shown = try await workplace.runJobFile("show", "nightly@latest", "--json").objects()
            #expect(shown.map { $0.text("backup") } == [newest])
            let older = try #require(report.text("backup"))
            #expect(
                try await workplace.runJobFile("show", older, "--json").objects().map { $0.text("backup") } == [older])
            let elsewhere = try await workplace.runJobFile("show", "nightly@latest", "--store", "second", "--json")
            #expect(try elsewhere.objects().map { $0.text("url") } == [urls[1]])

            let listed = try await workplace.runJobFile("list", "nightly", "--json").objects()
            #expect(listed.compactMap { $0.text("backup") } == [older, newest, older, newest])
            #expect(try await workplace.runJobFile("list", "--json").objects().count == 4)

            let proof = try await workplace.runJobFile("restore", "--verify", "nightly@latest")
            #expect(proof.exitCode == 0, "\(proof)")
            #expect(proof.standardOutput.contains("PROVEN: \(urls[0])"))
            let runs = try await workplace.runJobFile("runs", "--json").objects()
            #expect(runs.map { $0.text("outcome") } == ["succeeded", "succeeded"])
        }

        @Test func `a job and the options for work without a job file exclude each other`() async throws {
            let workplace = try await workplace(
                "[jobs.weekly]\nkind = \"backup\"\ndatabase = \"main\"\nstores = [\"first\"]")
            for arguments in [
                ["nightly", "--database", "dbname=x", "--to", "x"], ["nightly", "--to", "x"], ["--to", "x"],
                ["--database", "dbname=x"], ["nightly", "--workers", "2"], ["nightly", "--schema", "a"],
            ] {
                let result = try await workplace.run(["backup", "now"] + arguments + ["--config", workplace.jobFile])
                #expect(result.exitCode == 64, "\(arguments): \(result)")
            }
            let several = try await workplace.runJobFile("backup", "now")
            expect(several, failsWith: 64, saying: "2 backup jobs", "nightly, weekly")
            expect(try await workplace.runJobFile("backup", "now", "nigtly"), failsWith: 64, saying: "nightly")
            expect(try await workplace.runJobFile("show", "nigtly@latest"), failsWith: 64, saying: "nightly")
            expect(
                try await workplace.runJobFile("show", "nightly@latest"), failsWith: 69,
                saying: "the job nightly has no backup yet in file://\(workplace.folder)/first",
                "dbops backup now nightly")
        }

        @Test func `a dry run of a job writes nothing and leaves no record`() async throws {
            let workplace = try await workplace()
            let result = try await workplace.runJobFile("backup", "now", "nightly", "--dry-run", "--json")
            #expect(result.exitCode == 0, "\(result)")
            for name in ["first", "second", "state"] {
                #expect(!FileManager.default.fileExists(atPath: "\(workplace.folder)/\(name)"))
            }
        }

        @Test func `a job that fails says why, with the code of the failure`() async throws {
            let workplace = try await workplace()
            let text = try String(contentsOfFile: workplace.jobFile, encoding: .utf8)
            try workplace.write(
                jobFile: text.replacing(/url = """.*"""/, with: "url = \"host=127.0.0.1 port=1 dbname=x\""))
            let result = try await workplace.runJobFile("backup", "now", "nightly")
            expect(result, failsWith: 69, saying: "cannot connect", "dbops log")
        }
    }
}
