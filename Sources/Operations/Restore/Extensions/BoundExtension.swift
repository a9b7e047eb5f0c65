import Archive
import JobModel
import Postgres

/// An extension that a server lets be made in one of its databases only, which a setting names.
///
/// It cannot be made in a scratch database, nor under the name under which a database is restored beside another. Its
/// rows are in the backup all the same.
struct BoundExtension: Sendable, Equatable {
    let name: ServerText
    /// The schema that it makes for itself, and that is in no dump.
    let schema: ServerText
    /// What names its database; not known to a server that does not preload it.
    let setting: String

    /// Source: pg_cron's README, "Setting up pg_cron".
    static let all = [BoundExtension(name: "pg_cron", schema: "cron", setting: "cron.database_name")]

    /// Those of a backup.
    static func found(in contents: TableOfContents) -> [BoundExtension] {
        let made = Set(contents.entries.filter { $0.desc == "EXTENSION" }.map(\.tag))
        return all.filter { made.contains($0.name) }
    }

    /// Those of a backup that `database`, on the server of the session, cannot take.
    static func unfit(for database: String, of contents: TableOfContents, on session: Session) async throws
        -> [BoundExtension]
    {
        var unfit: [BoundExtension] = []
        for candidate in found(in: contents) {
            let row = try await session.query(
                "SELECT pg_catalog.current_setting($1, true) AS place", [ServerText(candidate.setting)]
            ).onlyRow()
            if try row.optionalText("place") != ServerText(database) { unfit.append(candidate) }
        }
        return unfit
    }
}
