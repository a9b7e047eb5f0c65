import Foundation

/// Talk and progress: everything but results.
enum StandardError {
    static func write(_ line: String) {
        writeRaw(line + "\n")
    }

    /// Nobody may listen any more: that is no reason to stop a backup.
    static func writeRaw(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
