import Postgres

/// A restored database, as far as the checks that somebody asked for need to know it.
struct RestoredDatabase: Sendable {
    /// Its owner, or a superuser.
    let connection: ConnectionInfo
    let version: PostgresVersion
    /// Whether its server is a throw-away cluster, where roles may be made and privileges granted; else it is one that
    /// was named, and stays.
    let isInThrowAwayCluster: Bool

    var name: String { connection.database ?? "" }
}
