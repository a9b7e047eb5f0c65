import JobModel

/// How a throw-away cluster is made.
package struct ThrowAwayClusterOptions: Sendable {
    /// The folder in which the cluster's own folder comes. Default: `TMPDIR`, else `/tmp`.
    package var parentFolder: String
    /// Stands in the marker file.
    package var runID: String
    /// The bootstrap role's name, without quotes, `$` and backslashes, which `initdb` refuses. Default: `postgres`.
    package var superuser = "postgres"
    /// What the server runs as where this process is root, which `initdb` refuses. Default: `postgres`.
    package var operatingSystemUser = "postgres"
    /// Settings of the server beside, or in place of, those that make loading fast.
    package var settings: [String: String] = [:]
    /// Whether the folder stays when the work is done; the server is stopped in any case. Default: false.
    package var isKept = false

    package init(parentFolder: String = "/tmp", runID: String) {
        self.parentFolder = parentFolder
        self.runID = runID
    }
}

/// A PostgreSQL cluster that lives as long as a closure: made by `initdb`, reached only through a socket in a folder
/// that nobody else may enter, without regard for crashes, and removed afterwards.
///
/// The server runs below a small shell that ends it when this process ends, however that comes. What a killed run
/// leaves is a folder, which ``sweepLeftovers(in:)`` removes.
package struct ThrowAwayCluster: Sendable {
    /// The superuser, in the database `postgres`.
    package let connectionInfo: ConnectionInfo
    package let version: PostgresVersion
    /// The cluster's folder; the data is in `server/data` below it, the log is `server/log`.
    package let folder: String
    /// Where the folder is after the closure has returned, where it is kept.
    package var keptFolder: String { OwnedDirectory.keptPath(of: folder) }

    /// Makes a cluster, runs `body` with it, and removes it, whatever happens.
    ///
    /// Throws ``PostgresError/cluster`` with what the server's own programs say where it cannot be made.
    package nonisolated(nonsending) static func with<Success: Sendable>(
        _ programs: ServerPrograms, _ options: ThrowAwayClusterOptions,
        _ body: nonisolated(nonsending) (ThrowAwayCluster) async throws -> Success
    ) async throws -> Success {
        let user = try serverUser(options)
        let directory = try OwnedDirectory(in: options.parentFolder, purpose: .cluster, runID: options.runID)
        let site = ClusterSite(folder: directory.path, user: user, programs: programs, options: options)
        do {
            try await site.initialize()
            let success = try await site.withServer(body)
            await site.dispose(of: directory)
            return success
        } catch {
            let reason = site.explained(error)
            await site.dispose(of: directory)
            throw reason
        }
    }

    /// Removes what killed runs have left in `parentFolder`, if it is ours and nothing uses it; returns the paths.
    package static func sweepLeftovers(in parentFolder: String) -> [String] {
        OwnedDirectory.sweep(in: parentFolder) { ClusterSite.hasServer(in: $0) }
    }

    /// What ``sweepLeftovers(in:)`` would remove.
    package static func leftovers(in parentFolder: String) -> [String] {
        OwnedDirectory.leftovers(in: parentFolder) { ClusterSite.hasServer(in: $0) }
    }

    /// Nil where this process may run a server itself.
    private static func serverUser(_ options: ThrowAwayClusterOptions) throws(PostgresError) -> OperatingSystemUser? {
        guard OperatingSystemUser.isRoot else { return nil }
        guard let user = OperatingSystemUser(named: options.operatingSystemUser), user.userID != 0 else {
            throw .cluster(
                reason: "this process is root, PostgreSQL refuses root, and there is no user"
                    + " \"\(options.operatingSystemUser)\" to run it as",
                hint: "Make the user: useradd --system \(options.operatingSystemUser); or run dbops as another user.",
                category: .configuration)
        }
        guard OperatingSystemUser.setprivPath != nil else {
            throw .cluster(
                reason: "this process is root, PostgreSQL refuses root, and there is no setpriv to change users with",
                hint: "Install it: apt-get install util-linux.", category: .configuration)
        }
        return user
    }
}
