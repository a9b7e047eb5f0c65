import Foundation
import Testing

/// A folder for `--pg-bin` with links to the programs of an installation, some missing or replaced.
struct ToolFolder {
    let path: String

    init(like binFolder: String, in workplace: Workplace, only names: [String]? = nil) throws {
        path = "\(workplace.folder)/tools"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in try names ?? FileManager.default.contentsOfDirectory(atPath: binFolder) {
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/\(name)", withDestinationPath: "\(binFolder)/\(name)")
        }
    }

    /// Puts a script in place of a program.
    func replace(_ name: String, _ script: String) throws {
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try #require(
            FileManager.default.createFile(
                atPath: "\(path)/\(name)", contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]))
    }
}
