/// A table `[databases.NAME]`: how to reach one database, and where its backups are tried.
package struct DatabaseTarget: Sendable, Equatable {
    /// Where scratch databases are made.
    package enum Scratch: Sendable, Equatable {
        /// A throw-away cluster beside dbops.
        case throwAwayCluster
        /// A server that is named for it, as a libpq URL or conninfo.
        case server(url: String)
        /// The server of the database itself.
        case sameServer
    }

    package var name: String
    /// A libpq URL or conninfo, without a password.
    package var url: String
    /// Default: libpq's own ways.
    package var password: SecretReference?
    /// A standby to dump from; it has the same roles, so ``password`` is for it too.
    package var readURL: String?
    package var scratch = Scratch.throwAwayCluster
    /// For the server of ``Scratch/server(url:)``, which never gets to see ``password``.
    package var scratchPassword: SecretReference?

    package init(name: String, url: String) {
        self.name = name
        self.url = url
    }
}
