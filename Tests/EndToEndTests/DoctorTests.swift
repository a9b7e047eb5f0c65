import Foundation
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops doctor`: what is wrong with an installation.
    @Suite struct DoctorTests {
        @Test func `the doctor finds a sound installation sound, and makes a cluster`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("doctor", "--json")
            let findings = try result.objects()
            let cluster = findings.first { $0.text("subject") == "throw-away cluster" }
            #expect(cluster?.text("level") == "ok", "\(result)")
            #expect(findings.first { $0.text("subject") == "job file" }?.text("level") == "warning", "\(result)")
            #expect(result.exitCode == 0, "\(result)")
            #expect(Workplace.leftovers(in: workplace.dbops.temporaryFolder) == [])
        }

        @Test func `the doctor names what is left over, and a job that failed`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            let lost = "dbops_restore_\(TestServer.newName("x"))"
            _ = try await server.makeDatabase(named: lost)
            try await workplace.succeed(
                "init", "--database", server.text(database), "--store", workplace.store, "--output", workplace.jobFile,
                "--state", "\(workplace.folder)/state", "--quiet")
            try Data("*:*:*:*:x".utf8).write(to: URL(fileURLWithPath: "\(workplace.folder)/home/.pgpass"))
            chmod("\(workplace.folder)/home/.pgpass", 0o644)
            _ = try await workplace.runJobFile("run", "prove")
            let result = try await workplace.runJobFile("doctor", "--json")
            let messages = try result.objects().map {
                "\($0.text("level") ?? "") \($0.text("subject") ?? ""): \($0.text("message") ?? "")"
            }
            func has(_ start: String, _ part: String) -> Bool {
                messages.contains { $0.hasPrefix(start) && $0.contains(part) }
            }
            #expect(has("warning database", lost), "\(messages)")
            #expect(has("warning credentials", "libpq passes over it"), "\(messages)")
            #expect(has("warning job prove", "failed"), "\(messages)")
            #expect(has("ok job nightly", "has not run yet"), "\(messages)")
            #expect(has("warning daemon", "none runs"), "\(messages)")
            #expect(has("ok database", "clock and this machine's agree"), "\(messages)")
            #expect(has("ok store", "clock and this machine's agree"), "\(messages)")
            #expect(result.exitCode == 0, "\(result)")
            try await server.psql("DROP DATABASE \"\(lost)\"")
        }

        @Test func `the doctor's exit code tells a wrong job file from a fault`() async throws {
            let workplace = try Workplace()
            try workplace.write(jobFile: "[jobs.a]\nkind = \"bakcup\"\n")
            let wrong = try await workplace.runJobFile("doctor", "--quiet")
            #expect(wrong.exitCode == 78, "\(wrong)")
            #expect(wrong.standardOutput.contains("dbops.toml:2"), "\(wrong)")
            try workplace.write(
                jobFile: JobFileText.job(of: "postgresql://backup@127.0.0.1:1/shop", "")
                    + "[daemon]\nstate = \"state\"\n")
            let unreachable = try await workplace.runJobFile("doctor", "--quiet")
            #expect(unreachable.exitCode == 1, "\(unreachable)")
            #expect(unreachable.standardOutput.contains("FAULT   database main"), "\(unreachable)")
        }
    }
}
