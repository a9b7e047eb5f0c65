import Foundation
import JobModel
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct ThrowAwayClusterTests {
    /// A parent folder of the test's own.
    private func withParent<Success>(_ body: (String) async throws -> Success) async throws -> Success {
        var template = Array("/tmp/dbops-t-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        try #require(made)
        let parent = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(parent, 0o755)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        return try await body(parent)
    }

    private func programs(_ binFolder: String = ScratchCluster.anyBinFolder) async throws -> ServerPrograms {
        try await ClientTools(binFolder: binFolder, environment: ProcessInfo.processInfo.environment)
            .serverPrograms(atLeast: 10)
    }

    private func contents(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `serves its closure and is gone afterwards`(binFolder: String) async throws {
        try await withParent { parent in
            var options = ThrowAwayClusterOptions(parentFolder: parent, runID: "test")
            options.superuser = "odd näme"
            let programs = try await programs(binFolder)
            let version = try await ThrowAwayCluster.with(programs, options) { cluster in
                #expect(ClusterSite.hasServer(in: cluster.folder))
                let session = try await Session.open(cluster.connectionInfo, applicationName: "dbops test")
                #expect(try await session.query("SHOW is_superuser").onlyRow().string("is_superuser") == "on")
                #expect(try await session.query("SHOW listen_addresses").onlyRow().string("listen_addresses") == "")
                #expect(session.server.user == "odd näme")
                return session.server.versionNumber
            }
            #expect(PostgresVersion(number: version) == programs.version)
            #expect(try contents(parent) == [])
        }
    }

    @Test func `is gone when its closure throws`() async throws {
        struct Broken: Error {}
        try await withParent { parent in
            let programs = try await programs()
            await #expect(throws: Broken.self) {
                try await ThrowAwayCluster.with(programs, ThrowAwayClusterOptions(parentFolder: parent, runID: "test"))
                {
                    _ in throw Broken()
                }
            }
            #expect(try contents(parent) == [])
        }
    }

    @Test func `is gone when its task is cancelled`() async throws {
        try await withParent { parent in
            let programs = try await programs()
            let (starts, started) = AsyncStream<String>.makeStream()
            let task = Task {
                try await ThrowAwayCluster.with(programs, ThrowAwayClusterOptions(parentFolder: parent, runID: "test"))
                {
                    cluster in
                    let session = try await Session.open(cluster.connectionInfo, applicationName: "dbops test")
                    started.yield(cluster.folder)
                    try await session.execute("SELECT pg_sleep(600)")
                }
            }
            for await folder in starts {
                #expect(ClusterSite.hasServer(in: folder))
                break
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try contents(parent) == [])
        }
    }

    @Test func `is gone when it cannot start`() async throws {
        try await withParent { parent in
            let programs = try await programs()
            var options = ThrowAwayClusterOptions(parentFolder: parent, runID: "test")
            options.settings = ["shared_buffers": "nonsense"]
            let error = try await #require(throws: PostgresError.self) {
                try await ThrowAwayCluster.with(programs, options) { _ in }
            }
            #expect(error.message.contains("shared_buffers"))
            #expect(try contents(parent) == [])
        }
    }

    @Test func `stays, stopped, when it is to be kept`() async throws {
        try await withParent { parent in
            let programs = try await programs()
            var options = ThrowAwayClusterOptions(parentFolder: parent, runID: "test")
            options.isKept = true
            try await ThrowAwayCluster.with(programs, options) { cluster in
                let session = try await Session.open(cluster.connectionInfo, applicationName: "dbops test")
                try await session.execute("CREATE UNLOGGED TABLE kept AS SELECT 1")
                await session.close()
            }
            let name = try #require(try contents(parent).first)
            let log = try String(contentsOfFile: "\(parent)/\(name)/server/log", encoding: .utf8)
            #expect(log.contains("database system is shut down"), "\(log)")
            #expect(name.hasPrefix("dbops-kept-c-"))
            #expect(FileManager.default.fileExists(atPath: "\(parent)/\(name)/server/data/PG_VERSION"))
            #expect(!ClusterSite.hasServer(in: "\(parent)/\(name)"))
            #expect(ThrowAwayCluster.sweepLeftovers(in: parent) == [])
            #expect(try contents(parent) == [name])
        }
    }

    @Test func `refuses a folder whose path is too long for a socket`() async throws {
        try await withParent { parent in
            let folder = "\(parent)/\(String(repeating: "x", count: 80))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let programs = try await programs()
            let error = try await #require(throws: PostgresError.self) {
                try await ThrowAwayCluster.with(programs, ThrowAwayClusterOptions(parentFolder: folder, runID: "t")) {
                    _ in
                }
            }
            #expect(error.message.contains("longer than 107 bytes"))
            #expect(try contents(folder) == [])
        }
    }

    @Test(.enabled(if: OperatingSystemUser.isRoot, "only root needs another user"))
    func `refuses to run without a user to run the server as`() async throws {
        let programs = try await programs()
        var options = ThrowAwayClusterOptions(runID: "test")
        options.operatingSystemUser = "nobody-of-that-name"
        let error = try await #require(throws: PostgresError.self) {
            try await ThrowAwayCluster.with(programs, options) { _ in }
        }
        #expect(error.category == .configuration)
    }

    /// What a killed run leaves: the folder without its lock.
    private func makeLeftover(in parent: String) throws -> String {
        let directory = try OwnedDirectory(in: parent, purpose: .cluster, runID: "killed")
        try FileManager.default.createDirectory(
            atPath: "\(directory.path)/server/data", withIntermediateDirectories: true)
        return directory.path
    }

    @Test func `sweeps what a killed run has left`() async throws {
        try await withParent { parent in
            let path = try makeLeftover(in: parent)
            #expect(ThrowAwayCluster.sweepLeftovers(in: parent) == [path])
            #expect(try contents(parent) == [])
        }
    }

    @Test func `sweeps nothing that is in use`() async throws {
        try await withParent { parent in
            let programs = try await programs()
            try await ThrowAwayCluster.with(programs, ThrowAwayClusterOptions(parentFolder: parent, runID: "test")) {
                cluster in
                #expect(ThrowAwayCluster.sweepLeftovers(in: parent) == [])
                let session = try await Session.open(cluster.connectionInfo, applicationName: "dbops test")
                await session.close()
            }
        }
    }

    @Test func `sweeps no folder in which a server works`() async throws {
        try await withParent { parent in
            let programs = try await programs()
            try await ThrowAwayCluster.with(programs, ThrowAwayClusterOptions(parentFolder: parent, runID: "test")) {
                cluster in
                // As after a SIGKILL of run and supervisor: the lock is free, the server lives.
                try FileManager.default.removeItem(atPath: "\(cluster.folder)/lock")
                try OwnedDirectory.write([], to: "\(cluster.folder)/lock")
                #expect(ThrowAwayCluster.sweepLeftovers(in: parent) == [])
            }
        }
    }

    @Test func `sweeps nothing that is not ours`() async throws {
        try await withParent { parent in
            let elsewhere = try makeLeftover(in: parent)
            let manager = FileManager.default
            let others = ["other", "dbops", "dbops-c-", "dbops-c-abcdefg", "dbops-x-abcdef", "dbops-kept-c-abcdef"]
            for name in others + ["dbops-c-abcdef"] {
                try manager.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: false)
                try Data().write(to: URL(fileURLWithPath: "\(parent)/\(name)/lock"))
            }
            for name in others { try Data().write(to: URL(fileURLWithPath: "\(parent)/\(name)/dbops-run")) }
            let hidden = "\(parent)/other/inside"
            try manager.moveItem(atPath: elsewhere, toPath: hidden)
            try manager.createSymbolicLink(atPath: "\(parent)/dbops-c-linked", withDestinationPath: hidden)
            let before = try contents(parent).sorted()
            #expect(ThrowAwayCluster.sweepLeftovers(in: parent) == [])
            #expect(try contents(parent).sorted() == before)
            #expect(manager.fileExists(atPath: "\(hidden)/dbops-run"))
        }
    }
}
