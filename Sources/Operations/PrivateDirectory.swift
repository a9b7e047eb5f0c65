import Foundation
import JobModel
import Postgres

/// A folder that only this user can enter, for the few small files that client tools want to have: a table of
/// contents, a list of entries. Never for data.
enum PrivateDirectory {
    /// Removed when `body` ends; what a killed run leaves is swept by a later one.
    static func with<Result>(
        in parent: String, runID: RunID, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let directory = try OwnedDirectory(in: parent, purpose: .contents, runID: runID.description)
        defer { directory.remove() }
        return try await body(directory.path)
    }

    /// Writes `bytes` as a file with mode 0600.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else {
            throw OperationError.scratchFile(path: path)
        }
    }
}
