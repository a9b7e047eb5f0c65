package import JobModel
package import ObjectStorage
package import Postgres

/// Turns what the job file says about databases and stores into what operations work with: with the secrets, which are
/// fetched now.
package struct TargetOpener: Sendable {
    private let secrets: SecretReader
    private let stores: StoreOpener

    package init(secrets: SecretReader, stores: StoreOpener) {
        self.secrets = secrets
        self.stores = stores
    }

    /// The database itself, on its primary. Nothing is connected yet. Throws ``SecretError`` or
    /// ``PostgresError/invalidConnectionString``.
    package func primary(of target: DatabaseTarget) throws -> ConnectionInfo {
        try connection(target.url, password: target.password)
    }

    /// The server to dump from: the standby where one is named, else the primary.
    package func source(of target: DatabaseTarget) throws -> ConnectionInfo {
        try connection(target.readURL ?? target.url, password: target.password)
    }

    /// The server for scratch databases; nil for a throw-away cluster.
    package func scratchServer(of target: DatabaseTarget) throws -> ConnectionInfo? {
        switch target.scratch {
        case .throwAwayCluster: nil
        case .server(let url): try connection(url, password: target.scratchPassword)
        case .sameServer: try primary(of: target)
        }
    }

    /// The database in which a shared history is kept.
    package func connection(_ text: String, password reference: SecretReference?) throws -> ConnectionInfo {
        let info = try ConnectionInfo(parsing: text)
        guard let reference else { return info }
        return info.with(password: try secrets.read(reference))
    }

    /// Nothing is asked of the store yet. Throws ``StorageError`` where it cannot be used as it is described.
    package func store(_ target: StoreTarget) throws(StorageError) -> any ObjectStore {
        try stores.open(target.location)
    }
}
