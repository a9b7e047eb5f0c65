import Foundation
import TestSupport

/// Which extensions a PostgreSQL installation offers.
enum InstalledExtension {
    /// The first of the installations under test that has it; nil where none has.
    static func binFolder(with name: String) -> String? {
        binFolders(with: name).first
    }

    static func binFolders(with name: String) -> [String] {
        let folders = ScratchCluster.binFolders.filter { FileManager.default.fileExists(atPath: controlFile(name, $0)) }
        if folders.isEmpty { print("The extension \(name) is not installed: its tests are skipped.") }
        return folders
    }

    private static func controlFile(_ name: String, _ binFolder: String) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(binFolder)/pg_config")
        process.arguments = ["--sharedir"]
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return "" }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .newlines) + "/extension/\(name).control"
    }
}
