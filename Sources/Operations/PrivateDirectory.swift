import Foundation
import JobModel

/// A folder that only this user can enter, for the few small files that client tools want to have: a table of
/// contents, a list of entries. Never for data.
enum PrivateDirectory {
    static func with<Result>(
        in parent: String, runID: RunID, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let suffix = UInt32.random(in: 0..<UInt32.max)
        let path = "\(parent)/dbops-\(runID)-\(String(suffix, radix: 36))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    /// Writes `bytes` as a file with mode 0600.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
