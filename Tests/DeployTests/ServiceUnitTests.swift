import Foundation
import TestSupport
import Testing

@Suite struct ServiceUnitTests {
    /// systemd looks whether the program is there, which here is the one beside the tests.
    private func unit(on desk: Desk) throws -> String {
        let text = try Repository.text("deploy/systemd/dbops.service")
        return try desk.write(text.replacing("/usr/bin/dbops", with: DBOpsProcess.path), to: "dbops.service")
    }

    @Test func `systemd has nothing to say against the unit`() async throws {
        let desk = try Desk()
        // It says what it does not know, and calls that a success.
        let result = try await desk.run(
            "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit(on: desk))
        #expect(result.exitCode == 0)
        #expect(result.standardError == "")
    }

    @Test func `its exposure is what docs say`() async throws {
        let desk = try Desk()
        let result = try await desk.run(
            "systemd-analyze", "security", "--offline=true", "--threshold=15", unit(on: desk))
        #expect(result.exitCode == 0, "\(result.standardOutput)")
        let found = try #require(result.standardOutput.firstMatch(of: /exposure level for dbops.service: ([0-9.]+)/))
        #expect(try Repository.text("docs/installation.md").contains("exposure of \(found.output.1)"))
    }

    @Test func `docs name the unit that is shipped`() throws {
        #expect(try Repository.text("docs/daemon.md").contains("deploy/systemd/dbops.service"))
    }

    @Test func `sysusers and tmpfiles can be read`() async throws {
        let desk = try Desk()
        for program in ["systemd-sysusers", "systemd-tmpfiles"] {
            let kind = program.replacing("systemd-", with: "")
            let file = Repository.path("deploy/systemd/\(kind).conf")
            let action = kind == "tmpfiles" ? ["--create", "--prefix=/nowhere"] : ["--dry-run"]
            let result = try await desk.run(program, action + [file])
            #expect(result.exitCode == 0, "\(program): \(result.standardError)")
            #expect(!result.standardError.contains("\(kind).conf:"), "\(result.standardError)")
        }
    }
}
