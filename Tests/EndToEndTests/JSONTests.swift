import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What scripts read.
    @Suite struct JSONTests {
        private func smallBackup(_ workplace: Workplace) async throws -> (
            server: TestServer, result: DBOpsProcess.Result
        ) {
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.small)
            let result = try await workplace.succeed(
                "backup", "now", "--database", server.text(database), "--to", workplace.store, "--name", "shop",
                "--json")
            return (server, result)
        }

        @Test func `backup now, list and show tell the same of a backup`() async throws {
            let workplace = try Workplace()
            let (server, result) = try await smallBackup(workplace)
            let made = try #require(try result.objects().first)
            #expect(result.lines.count == 1)
            #expect(made.text("outcome") == "succeeded")
            #expect(made.number("tables") == 10)
            #expect(made.number("rows") == 5_000)
            let raw = try #require(made.number("bytes_raw")), stored = try #require(made.number("bytes_stored"))
            #expect(raw > stored && stored > 0)
            #expect(try #require(made.number("seconds")) > 0)
            #expect(made.text("server_version")?.hasPrefix("\(server.cluster.version)") == true)
            let id = try #require(made.text("backup"))
            let url = try #require(made.text("url"))
            #expect(url == "file://\(workplace.store)/shop/\(id)")
            #expect(FileManager.default.fileExists(atPath: "\(workplace.store)/shop/\(id)/manifest.json"))

            let list = try await workplace.succeed("list", "--store", workplace.store, "--json")
            let show = try await workplace.succeed("show", id, "--store", workplace.store, "--json")
            for other in [list, show] {
                #expect(other.lines.count == 1)
                let entry = try #require(try other.objects().first)
                for key in ["backup", "job", "database", "url", "started_at"] {
                    #expect(entry.text(key) == made.text(key), "\(key)")
                }
                for key in ["bytes_raw", "bytes_stored", "rows", "tables"] {
                    #expect(entry.number(key) == made.number(key), "\(key)")
                }
                #expect(entry["verified_at"] is NSNull)
                #expect(entry["pinned"] as? Bool == false)
            }
        }

        @Test func `a verification is told in full, and list shows it from then on`() async throws {
            let workplace = try Workplace()
            let (server, result) = try await smallBackup(workplace)
            let url = try #require(try result.objects().first?.text("url"))
            let verify = try await workplace.succeed("restore", "--verify", url, "--on", server.text(), "--json")
            #expect(verify.lines.count == 1)
            let report = try #require(try verify.objects().first)
            #expect(report.text("outcome") == "succeeded")
            let checks = try #require(report["checks"] as? [[String: Any]])
            #expect(
                checks.compactMap { $0.text("name") } == [
                    "objects", "table of contents", "globals", "restore", "rows", "large objects", "inventory",
                    "sequences",
                    "indexes and constraints",
                ])
            for check in checks {
                // The roles of a server that was named are left alone.
                let verdict = check.text("name") == "globals" ? "skipped" : "passed"
                #expect(check.text("verdict") == verdict, "\(check)")
                #expect(check["expected"] != nil && check["found"] != nil, "\(check)")
            }
            let seconds = try #require(report["seconds"] as? [String: Any])
            #expect(try #require(seconds.number("total")) > 0)
            #expect(seconds.number("data") != nil)
            #expect(seconds.number("indexes") != nil)

            let list = try await workplace.succeed("list", "shop", "--store", workplace.store, "--json")
            let entry = try #require(try list.objects().first)
            #expect(entry.text("verified_at") != nil)
            #expect(entry.text("verified_at") == report.text("verified_at"))
            let other = try await workplace.succeed("list", "other", "--store", workplace.store, "--json")
            #expect(other.standardOutput == "")
        }

        @Test func `a failure is one object on standard output too`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("restore", "--verify", "\(workplace.folder)/nothing", "--json")
            expect(result, failsWith: 69, saying: "nothing")
            let failure = try #require(try result.objects().first)
            #expect(failure.text("outcome") == "failed")
            #expect(result.lines.count == 1)
            #expect(failure.text("error")?.isEmpty == false)
        }
    }
}
