import Foundation
import JobModel

/// Why work in a throw-away cluster ended, told before the cluster goes with its log.
extension ClusterSite {
    /// The error itself, or what the cluster's disk and log say that it came from.
    func explained(_ error: any Error) -> any Error {
        Self.explained(error, log: logEnd, freeBytes: freeBytes, folder: options.parentFolder)
    }

    /// Less free space than one segment of WAL takes is none.
    private static let leastFreeBytes = 16 << 20

    static func explained(_ error: any Error, log: [Substring], freeBytes: Int?, folder: String) -> any Error {
        guard let known = error as? any UserFacingError, [.failed, .cannotWrite, .unavailable].contains(known.category)
        else { return error }
        let what = known.message.prefix { $0 != "\n" }
        if freeBytes.map({ $0 < leastFreeBytes }) == true || log.contains(where: isAboutFullDisk) {
            return PostgresError.clusterBroke(
                reason: "its disk is full (in \(folder)): \(what)", hint: roomHint(folder), category: .cannotWrite)
        }
        guard let line = log.last(where: { $0.contains("was terminated by signal") || $0.contains("PANIC:") }) else {
            return error
        }
        let words = line.firstRange(of: "  ").map { line[$0.upperBound...] } ?? line
        return PostgresError.clusterBroke(
            reason: "\(words): \(what)",
            hint:
                "Signal 9 is what the kernel sends when memory runs out: give this machine more, or use fewer sessions "
                + "(--jobs, workers).", category: .failed)
    }

    static func isAboutFullDisk(_ words: some StringProtocol) -> Bool {
        ["No space left on device", "Check free disk space", "could not extend file"].contains { words.contains($0) }
    }

    static func roomHint(_ folder: String) -> String {
        "Make room in \(folder), or name a folder on a larger disk by TMPDIR: a throw-away cluster takes about 60 MB and "
            + "as much as the restored database with its indexes."
    }

    /// What a program of the server said of its failure, without what it did before and after.
    static func tellingLine(of words: String) -> String {
        let lines = words.split(separator: "\n")
        let signs = ["FATAL:", "PANIC:", "ERROR:", "error:"]
        let line = lines.first { line in signs.contains { line.contains($0) } } ?? lines.last ?? ""
        // Not the server's time and process before it.
        let begin = signs.dropLast().compactMap { line.firstRange(of: $0)?.lowerBound }.min()
        return String(begin.map { line[$0...] } ?? line)
    }

    private var logEnd: [Substring] {
        guard let bytes = FileManager.default.contents(atPath: logPath) else { return [] }
        return String(decoding: bytes.suffix(65_536), as: UTF8.self).split(separator: "\n")
    }

    /// Nil where it cannot be told.
    private var freeBytes: Int? {
        var values = statvfs()
        guard statvfs(folder, &values) == 0 else { return nil }
        return Int(values.f_bavail) * Int(values.f_frsize)
    }
}
