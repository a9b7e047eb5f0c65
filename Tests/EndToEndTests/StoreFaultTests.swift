import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What can be wrong with a directory that is a store.
    @Suite struct StoreFaultTests {
        @Test(.enabled(if: SmallDisk.isAvailable, "only root can make a file system"))
        func `a full disk is said to be full, and is cleaned up`() async throws {
            let workplace = try Workplace()
            let disk = try SmallDisk(in: workplace, sizeInMebibytes: 3)
            let store = try await StoreWithBackup(in: disk.path)
            let database = try await store.server.makeDatabase(.bulky)
            let result = try await store.backUp(store.server.text(database))
            expect(result, failsWith: 73, saying: "cannot write", "No space left on device", "Free space")
            try await store.expectUntouched()
        }

        @Test(.enabled(if: SmallDisk.isAvailable, "only root can make a file system"))
        func `a read-only store takes no backup, and proves those that it has`() async throws {
            let workplace = try Workplace()
            let disk = try SmallDisk(in: workplace, sizeInMebibytes: 3)
            let store = try await StoreWithBackup(in: disk.path)
            let database = try await store.server.makeDatabase(.small)
            try disk.makeReadOnly()
            let result = try await store.backUp(store.server.text(database))
            expect(result, failsWith: 73, saying: "cannot write", "Read-only file system", "Mount")
            try await store.expectUntouched()
        }

        @Test func `a store that is no directory is named`() async throws {
            let workplace = try Workplace()
            let server = try await ServerPool.current.server()
            try Data().write(to: URL(fileURLWithPath: workplace.store))
            let result = try await workplace.run(
                "backup", "now", "--database", server.text(), "--to", workplace.store)
            expect(result, failsWith: 73, saying: "Not a directory")
        }

        @Test func `a store that is not there has no backups, and says so`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("list", "--store", "\(workplace.folder)/nowhere")
            expect(result, failsWith: 69, saying: "nowhere")
        }

        @Test func `a folder that only looks like a backup is in no list`() async throws {
            let store = try await StoreWithBackup()
            let folder = "\(store.path)/earlier/20260101T000000Z-aaaaaa"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/toc.dat"))
            let list = try await store.workplace.succeed("list", "--store", store.path, "--json")
            #expect(try list.objects().map { $0.text("backup") } == [store.id])
            let verify = try await store.workplace.run("restore", "--verify", folder)
            #expect(verify.exitCode == 65, "\(verify)")
            #expect(verify.standardError.contains("no manifest.json"), "\(verify)")
        }
    }
}
