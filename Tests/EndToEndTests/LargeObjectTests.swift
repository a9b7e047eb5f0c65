import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// A database with so many large objects that they are packed.
    @Suite struct LargeObjectTests {
        @Test(arguments: ScratchCluster.binFolders)
        func `the commands of RESTORE.md bring back packed large objects, with stock tools alone`(
            binFolder: String
        ) async throws {
            let backup = try await ServerPool.current.backup(of: .init(sample: .crowded, binFolder: binFolder))
            let packs = Workplace.files(below: backup.path).filter { $0.hasSuffix(".tar") }
            #expect(packs == ["blobs_100001.tar"])
            let guide = try String(contentsOfFile: "\(backup.path)/RESTORE.md", encoding: .utf8)
            let restored = TestServer.newName()
            let commands = guide.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
                .filter { !$0.hasPrefix("CREATE ROLE") }.joined(separator: "\n")
                .replacing(" restored", with: " \(restored)")
            #expect(commands.contains("tar -xf"))
            let checked = try await backup.server.shell(
                "cd \"$(mktemp -d -p '\(backup.workplace.folder)')\"\n\(commands)")
            #expect(checked.contains("blobs_100001.tar: OK") && !checked.contains("FAILED"))
            let difference = try await backup.server.difference(between: backup.database, and: restored)
            #expect(difference == "")
        }

        @Test(arguments: ScratchCluster.binFolders)
        func `dbops brings packed large objects back, and proves them`(binFolder: String) async throws {
            let backup = try await ServerPool.current.backup(of: .init(sample: .crowded, binFolder: binFolder))
            let restored = TestServer.newName()
            try await backup.workplace.succeed(
                "restore", backup.path, "--into", backup.server.text(restored), "--create", "--pg-bin", binFolder)
            let difference = try await backup.server.difference(between: backup.database, and: restored)
            #expect(difference == "")
            let result = try await backup.workplace.succeed(
                "restore", "--verify", backup.path, "--on", backup.server.text(), "--pg-bin", binFolder)
            #expect(result.standardOutput.contains("PROVEN: "))
        }
    }
}
