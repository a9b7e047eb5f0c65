import Foundation
import JobModel
import Postgres

/// Runs stock pg_restore on a folder that holds nothing but a table of contents.
struct StockRestore: Sendable {
    let pgRestore: ClientTool
    let target: ConnectionInfo
    let directory: String
    let options: DatabaseRestore.Options
    /// Server settings in the form of `PGOPTIONS`.
    let settings: String

    func run(_ arguments: [String], step: String) async throws {
        let scratch = options.isScratch ? ["--no-subscriptions", "--no-tablespaces"] : []
        let all = ["--format=directory", "--exit-on-error", "--no-password"] + scratch + arguments + [directory]
        let output = try await pgRestore.run(
            all.map { ServerText($0) }, connection: target, environment: ["PGOPTIONS": settings])
        guard output.status.isSuccess else {
            let reason = Self.reason(in: output.standardError)
            throw OperationError.restoreBroke(step: step, reason: reason.isEmpty ? output.status.description : reason)
        }
    }

    /// The lines that say what went wrong, without the tool's name before each.
    static func reason(in standardError: String) -> String {
        let lines = standardError.split(separator: "\n").map(String.init)
        let telling = lines.filter { $0.hasPrefix("pg_restore: error:") || $0.hasPrefix("DETAIL:") || $0.hasPrefix("HINT:") }
        let chosen = telling.isEmpty ? lines.suffix(3) : telling.prefix(4)
        return chosen.map { $0.replacingOccurrences(of: "pg_restore: error: ", with: "") }.joined(separator: "; ")
    }
}

extension StockRestore {
    /// pg_restore's words for a server that went away, as against one that refused.
    static func saysConnectionLost(_ reason: String) -> Bool {
        ["server closed the connection", "terminating connection", "connection to server", "could not connect"]
            .contains { reason.contains($0) }
    }
}
