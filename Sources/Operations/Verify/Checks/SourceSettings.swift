import Archive
import JobModel
import Postgres

/// What the session of a check has from the backup, so that names and values are as at the source. Pure.
enum SourceSettings {
    /// What a check may rely on besides the database: `current_setting('dbops.snapshot_time')::timestamptz`.
    static let snapshotSetting = "dbops.snapshot_time"

    /// Settings of the source that lead names elsewhere, or change how values are read and printed: the zone of its
    /// server, and then the database's own; before them the instant of the snapshot.
    static func statements(
        of manifest: Manifest, _ contents: TableOfContents, forDatabase database: String
    ) -> [ServerText] {
        let start: ServerText = "ALTER DATABASE \(ServerText(database).quotedAsIdentifier) "
        let statements = (try? DatabaseProperties.statements(contents, forDatabase: database)) ?? []
        let own = statements.filter { $0.bytes.starts(with: start.bytes) }
            .map { ServerText(bytes: $0.bytes.dropFirst(start.bytes.count)) }
            .filter(isOfInterest)
        return [
            "SELECT pg_catalog.set_config('\(snapshotSetting)', '\(manifest.snapshot.takenAt.text)', false)",
            "SET TimeZone = \(ServerText(manifest.server.timeZone).quotedAsLiteral)",
        ] + own
    }

    private static func isOfInterest(_ statement: ServerText) -> Bool {
        let words = statement.text.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0] == "SET" else { return false }
        let name = words[1].lowercased().replacing("\"", with: "")
        return ["search_path", "timezone", "datestyle", "intervalstyle"].contains(name) || name.contains(".")
    }
}
