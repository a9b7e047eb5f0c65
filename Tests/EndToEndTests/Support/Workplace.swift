import Foundation
import TestSupport
import Testing

/// A folder of a test's own, with a store, and dbops run from there. The folder goes when the value goes.
final class Workplace: Sendable {
    let folder: String
    let dbops: DBOpsProcess

    /// The root of the repository, where the scripts are.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Servers run as the user postgres, who must reach the temporary files.
    init(path: [String] = ScratchCluster.binFolders + ["/usr/bin", "/bin"]) throws {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/e2e-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(folder, 0o755)
        dbops = try DBOpsProcess(folder: folder, path: path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A directory store, which is not there yet.
    var store: String { "\(folder)/store" }

    func run(_ arguments: String...) async throws -> DBOpsProcess.Result {
        try await run(arguments)
    }

    func run(_ arguments: [String]) async throws -> DBOpsProcess.Result {
        defer { withExtendedLifetime(self) {} }
        return try await dbops.run(arguments)
    }

    /// Runs dbops, which must succeed.
    @discardableResult
    func succeed(
        _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DBOpsProcess.Result {
        let result = try await run(arguments)
        try #require(result.exitCode == 0, "\(result)", sourceLocation: sourceLocation)
        return result
    }

    /// Makes a backup, which must succeed, and returns the path of its folder.
    func backUp(
        _ database: String, _ options: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let arguments = ["backup", "now", "--database", database, "--to", store, "--quiet"] + options
        let result = try await run(arguments)
        try #require(result.exitCode == 0, "\(result)", sourceLocation: sourceLocation)
        let url = try #require(result.lines.last, sourceLocation: sourceLocation)
        return try #require(URL(string: url), sourceLocation: sourceLocation).path
    }

    /// The ids of the backups that `list` shows.
    func listed(_ job: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
        let result = try await run(["list", "--store", store, "--json"] + (job.map { [$0] } ?? []))
        try #require(result.exitCode == 0, "\(result)", sourceLocation: sourceLocation)
        return try result.objects().compactMap { $0["backup"] as? String }
    }

    /// Paths of all files below `folder`, relative to it.
    static func files(below folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.allObjects.compactMap { $0 as? String } ?? []
        return paths.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    /// What dbops has left in a folder for temporary files.
    static func leftovers(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("dbops") }.sorted()
    }

    /// Runs shell commands; throws where one fails, and returns what they print.
    @discardableResult
    func shell(_ commands: String, environment: [String: String] = [:]) async throws -> String {
        let program = try RunningProgram(
            "/bin/bash", ["-euo", "pipefail", "-c", "cd '\(folder)'; \(commands)"],
            environment: dbops.environment.merging(environment) { $1 }, folder: folder)
        let ending = await program.ending()
        guard ending == .exited(0) else {
            throw ShellFailure(description: "\(commands)\n\(ending): \(program.standardError)")
        }
        return program.standardOutput
    }

    struct ShellFailure: Error, CustomStringConvertible {
        let description: String
    }
}
