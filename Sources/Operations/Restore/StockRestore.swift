import Archive
import Foundation
import JobModel
import Postgres

/// Runs stock pg_restore on a folder that holds nothing but a table of contents.
struct StockRestore: Sendable {
    let pgRestore: ClientTool
    let target: ConnectionInfo
    let directory: String
    let contents: TableOfContents
    let options: DatabaseRestore.Options
    /// Settings of pg_restore's sessions, in the form `-c name=value …`.
    let settings: String

    /// Restores the sections that `arguments` name; the first error ends it.
    func run(_ arguments: [String], step: String) async throws {
        let output = try await output(of: ["--exit-on-error"] + arguments)
        guard output.status.isSuccess else { throw failure(output, step: step) }
    }

    /// Restores the entries listed in `list` with several sessions.
    ///
    /// pg_restore's own sessions can deadlock with one another: a foreign key to a partitioned table, and an index of
    /// one of its partitions. Entries that fell in such a way are restored again, one by one; every other error ends
    /// it.
    func run(_ arguments: [String], list: String, step: String) async throws {
        let output = try await output(of: arguments + ["--jobs=\(options.jobs)", "--use-list=\(list)"])
        guard !output.status.isSuccess else { return }
        guard output.hasWholeStandardError, output.standardError.contains("deadlock detected"),
            let failed = Self.failedEntries(in: output.standardError, of: contents)
        else { throw failure(output, step: step) }
        let rest = "\(directory)/again.list"
        try PrivateDirectory.write(Array(failed.map { "\($0);\n" }.joined().utf8), to: rest)
        try await run(arguments + ["--use-list=\(rest)"], step: step)
    }

    private func output(of arguments: [String]) async throws -> ToolOutput {
        let scratch = options.isScratch ? ["--no-subscriptions", "--no-tablespaces"] : []
        let all = ["--format=directory", "--no-password"] + scratch + arguments + [directory]
        return try await pgRestore.run(
            all.map { ServerText($0) }, connection: target.with(sessionOptions: settings))
    }

    private func failure(_ output: ToolOutput, step: String) -> OperationError {
        let words = Self.reason(in: output.standardError)
        let reason = words.isEmpty ? "pg_restore \(output.status)" : words
        guard output.status == .exited(1), !Self.saysNothingOfTheBackup(output.standardError) else {
            return .restoreBroke(step: step, reason: reason, category: pgRestore.failure(output).category)
        }
        return .restoreRefused(step: step, reason: reason)
    }

    /// The entries that failed, in the order of the table of contents, told by the commands that pg_restore prints;
    /// nil where the text does not show one for each error. (pg_restore's own count is higher with several sessions.)
    static func failedEntries(in standardError: String, of contents: TableOfContents) -> [Int]? {
        let count = standardError.split(separator: "\n").count { $0.hasPrefix("pg_restore: error: ") }
        let failed = contents.entries.filter { entry in
            guard let command = entry.defn?.text.trimmed, !command.isEmpty else { return false }
            return standardError.contains("Command was: \(command)")
        }
        return failed.count == count ? failed.map(\.dumpID) : nil
    }

    /// The lines that say what went wrong, without the tool's name before each, and without DETAIL lines, which hold
    /// values of rows.
    static func reason(in standardError: String) -> String {
        let lines = standardError.split(separator: "\n").map(String.init)
        let signs = ["pg_restore: error:", "HINT:"]
        let telling = lines.filter { line in signs.contains { line.hasPrefix($0) } }
        let chosen = telling.isEmpty ? lines.suffix(3) : telling.prefix(4)
        return chosen.map { $0.replacingOccurrences(of: "pg_restore: error: ", with: "") }.joined(separator: "; ")
    }

    /// Words for a server that went away or ran out of something, as against one that refused.
    static func saysNothingOfTheBackup(_ standardError: String) -> Bool {
        [
            "server closed the connection", "terminating connection", "connection to server", "could not connect",
            "No space left on device", "out of memory", "out of shared memory", "Read-only file system",
            "canceling statement", "too many clients", "permission denied", "deadlock detected",
            "must be member of role", "must be able to SET ROLE", "must be owner of", "must be superuser",
        ].contains { standardError.contains($0) }
    }
}
