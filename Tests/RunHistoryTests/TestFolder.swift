import Foundation
import JobModel
import RunHistory
import TestSupport
import Testing

/// A folder of a test's own, which goes when the value goes.
final class TestFolder: Sendable {
    let path: String
    /// The state directory, which is not there yet.
    var state: String { "\(path)/state" }
    var database: String { "\(state)/dbops.sqlite" }

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/history-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opens a history that must be in order.
    func openCatalog(sourceLocation: SourceLocation = #_sourceLocation) async throws -> RunCatalog {
        let opened = try await RunCatalog.open(directory: state, now: .example(0))
        #expect(opened.warning == nil, sourceLocation: sourceLocation)
        return opened.catalog
    }

    /// The names in the state directory.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: state)) ?? []).sorted()
    }

    /// The permissions of what is at `path`.
    static func mode(_ path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue
    }
}
