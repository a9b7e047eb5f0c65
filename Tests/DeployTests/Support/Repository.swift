import Foundation
import TestSupport
import Testing

/// The files that this repository ships, and programs that judge them.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static func path(_ relative: String) -> String { "\(root)/\(relative)" }

    static func text(_ relative: String) throws -> String {
        try String(contentsOfFile: path(relative), encoding: .utf8)
    }

    static func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }

    /// The names of the files in a folder, in order.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }
}

/// A folder of a test's own, for what it gives to other programs. It goes when the value goes.
final class Desk {
    let folder: String

    init() throws {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/deploy-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
    }

    /// Runs a program of the machine to its end. What is missing is installed by scripts/install-packages test.
    func run(_ program: String, _ arguments: String...) async throws -> DBOpsProcess.Result {
        try await run(program, arguments)
    }

    func run(_ program: String, _ arguments: [String]) async throws -> DBOpsProcess.Result {
        let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder]
        let running = try RunningProgram(
            "/usr/bin/env", [program] + arguments, environment: environment, folder: folder)
        defer { withExtendedLifetime(self) {} }
        return await DBOpsProcess.result(of: running)
    }
}
