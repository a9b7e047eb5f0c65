import Archive
import Foundation
import JobModel
import Postgres

/// pg_dump's own table of contents, without its data.
///
/// In custom format to a pipe, pg_dump writes header and complete table of contents before the first byte of data. We
/// read just that and end it: entries, dependencies, order, sequences' values and filters are pg_dump's own, and
/// nothing is invented.
struct TOCHarvest: Sendable {
    let pgDump: ClientTool
    let connection: ConnectionInfo
    /// pg_dump's own arguments.
    let filters: [String]
    /// `UTF8`, or `SQL_ASCII` for databases whose bytes nobody can convert.
    let encoding: String

    /// How long pg_dump waits for its own locks, while somebody's ALTER may be queued behind the leader's.
    /// Default: 10 s.
    var lockWait: Duration = .seconds(10)

    /// What pg_dump leaves to the settings of database and role, and what definitions are printed by: two harvests of
    /// the same definitions must agree wherever they come from.
    private static let sessionOptions =
        "-c quote_all_identifiers=off -c standard_conforming_strings=on -c bytea_output=hex -c TimeZone=UTC"
        // A hot standby refuses what pg_dump does before it sets this itself.
        + " -c default_transaction_isolation=read\\ committed"

    func arguments(snapshot: String?) -> [String] {
        var arguments = ["--format=custom", "--compress=0", "--no-password"]
        // Nought would be no limit at all.
        arguments.append("--lock-wait-timeout=\(max(1, Int(lockWait / .milliseconds(1))))")
        if let snapshot { arguments.append("--snapshot=\(snapshot)") }
        arguments.append("--encoding=\(encoding)")
        return arguments + filters
    }

    /// The table of contents of the database as `snapshot` sees it, or as it is now where there is none. `warn` is
    /// told what pg_dump warns of: what a role may not dump, for instance subscriptions, it leaves out with no more
    /// than that.
    func run(snapshot: String?, warn: (String) -> Void = { _ in }) async throws -> TableOfContents {
        let (contents, ending) = try await pgDump.withStandardOutput(
            arguments(snapshot: snapshot).map { ServerText($0) },
            connection: connection.with(sessionOptions: Self.sessionOptions)
        ) { output in
            var reader = TableOfContentsReader()
            while !reader.isComplete, let bytes = try await output.next() { try reader.append(bytes) }
            return reader.tableOfContents
        }
        guard let contents else {
            throw Self.failure(standardError: ending.standardError, status: ending.status.description)
        }
        for line in ending.standardError.split(separator: "\n") where line.hasPrefix("pg_dump: warning: ") {
            warn(String(line))
        }
        return contents
    }

    /// pg_dump prints no SQLSTATE, so its words decide; it runs with untranslated messages of its own, and the
    /// server's are in the language of the server.
    static func failure(standardError: String, status: String) -> OperationError {
        let lines = standardError.split(separator: "\n").map(String.init)
        let reason = lines.filter { $0.hasPrefix("pg_dump: error:") || $0.hasPrefix("pg_dump: detail:") }
            .map { $0.replacingOccurrences(of: "pg_dump: error: ", with: "") }
            .joined(separator: "; ")
        let text = reason.isEmpty ? (lines.last ?? "it \(status) without a word") : reason
        if text.contains("statement timeout") || text.contains("lock timeout") {
            return .harvestFailed(
                reason: text, category: .tryLater,
                hint: "Somebody waits for, or holds, an exclusive lock; try again when the migration is through.")
        }
        if standardError.contains("max_locks_per_transaction") {
            return .harvestFailed(
                reason: text, category: .unavailable,
                hint: "Raise max_locks_per_transaction and restart the server: pg_dump needs a lock for each table, "
                    + "and dbops another.")
        }
        if text.contains("permission denied") {
            return .harvestFailed(
                reason: text, category: .permission,
                hint: "GRANT pg_read_all_data TO the backup role (PostgreSQL 14 and later), or SELECT on what it names."
            )
        }
        if text.contains("no matching") {
            return .harvestFailed(
                reason: text, category: .usage, hint: "The filters match nothing; compare them with psql's \\dt.")
        }
        if text.contains("Query was: LOCK TABLE") {
            // It was there when pg_dump listed it.
            return .changingTables(table: "a table", reason: text)
        }
        let hint =
            status.contains("killed")
            ? "Somebody or something on this machine ended it: see the system's log, then run the backup again." : nil
        return .harvestFailed(reason: text, category: .failed, hint: hint)
    }
}
