import JobModel
import Postgres

/// How the sessions of a dump are known to others, who keep out of its way: it holds a snapshot, and so all that was
/// dead before it.
enum DumpSessions {
    /// What the sessions of our own backups are called, whatever a connection string says.
    static func applicationName(_ run: RunID) -> String { "dbops backup \(run)" }

    /// A condition over `pg_stat_activity`: a dump of dbops, or of pg_dump and pg_dumpall.
    static let condition: ServerText =
        "(application_name LIKE 'dbops backup %' OR application_name IN ('pg_dump', 'pg_dumpall'))"

    /// To be run when a session begins.
    static func naming(_ name: String) -> ServerText {
        "SELECT pg_catalog.set_config('application_name', \(ServerText(name).quotedAsLiteral), false)"
    }
}
