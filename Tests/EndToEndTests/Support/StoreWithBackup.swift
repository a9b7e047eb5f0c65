import Foundation
import TestSupport
import Testing

/// A store with one good backup, which no fault of another run may touch.
struct StoreWithBackup {
    let workplace: Workplace
    let server: TestServer
    /// The store's path.
    let path: String
    /// The id of the backup.
    let id: String
    private let files: [String]

    /// Puts a copy of a sample's backup into a store below `folder`.
    init(in folder: String? = nil) async throws {
        let sample = try await ServerPool.current.backup(
            of: .init(sample: .small, binFolder: ScratchCluster.anyBinFolder))
        workplace = try Workplace()
        server = sample.server
        path = "\(folder ?? workplace.folder)/store"
        let source = URL(fileURLWithPath: sample.path)
        id = source.lastPathComponent
        try FileManager.default.createDirectory(atPath: "\(path)/earlier", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: source.path, toPath: "\(path)/earlier/\(id)")
        files = Workplace.files(below: path)
    }

    /// Runs `dbops backup now` into the store.
    func backUp(_ database: String, _ options: String...) async throws -> DBOpsProcess.Result {
        try await workplace.dbops.run(["backup", "now", "--database", database, "--to", path] + options)
    }

    /// Starts `dbops backup now` into the store, and returns when it copies tables.
    func startBackup(_ database: String, _ options: String...) async throws -> RunningProgram {
        let program = try workplace.dbops.start(["backup", "now", "--database", database, "--to", path] + options)
        let isCopying = try await eventually(within: .seconds(60)) {
            program.standardError.contains("copying") || !program.isRunning
        }
        try #require(isCopying && program.isRunning, "\(program.standardError)")
        return program
    }

    /// The store must hold the one backup, nothing else, and the backup must still be good.
    func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(Workplace.files(below: path) == files, sourceLocation: sourceLocation)
        let list = try await workplace.run("list", "--store", path, "--json")
        #expect(
            try list.objects().map { $0.text("backup") } == [id], "\(list)", sourceLocation: sourceLocation)
        let proof = try await workplace.run(
            "restore", "--verify", "\(path)/earlier/\(id)", "--on", server.text())
        #expect(proof.exitCode == 0, "\(proof)", sourceLocation: sourceLocation)
        let leftovers = Workplace.leftovers(in: workplace.dbops.temporaryFolder)
        #expect(leftovers == [], sourceLocation: sourceLocation)
    }
}
