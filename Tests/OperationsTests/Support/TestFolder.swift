import Foundation
import Testing

/// A folder that goes when the closure ends.
struct TestFolder: Sendable {
    let path: String

    nonisolated(nonsending) static func with<Success: Sendable>(
        _ body: nonisolated(nonsending) (TestFolder) async throws -> Success
    ) async throws -> Success {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/dbops-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: path) }
        // Servers of another user live in folders below it.
        chmod(path, 0o711)
        return try await body(TestFolder(path: path))
    }

    /// Makes a folder in it and returns its path.
    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
        return "\(path)/\(name)"
    }

    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }
}
