/// What the admin console of a PgBouncer says, at one moment.
///
/// Source: pgbouncer.org, "PgBouncer command-line usage", "Admin console".
struct PgBouncerFacts: Sendable, Equatable {
    /// The connections of one user with one database.
    struct Pool: Sendable, Equatable {
        /// As clients name it.
        var database: String
        var user: String
        /// `session`, `transaction`, `statement`.
        var mode: String
        var activeClients = 0
        var waitingClients = 0
        /// How long the first of those has been waiting.
        var longestWaitSeconds = 0.0
        /// Connections with the server that serve a client.
        var activeServers = 0
        /// Connections with the server that serve nobody, and those that are being made.
        var otherServers = 0

        /// As findings name it.
        var name: String { "pool \(database).\(user)" }
        var servers: Int { activeServers + otherServers }
    }

    /// An entry of its `[databases]`, or what `*` has become.
    struct Database: Sendable, Equatable {
        var name: String
        /// Empty for a local socket.
        var host: String
        var port: String
        /// As the server names it.
        var target: String
        var forcedUser: String?
        /// Connections of each pool.
        var poolSize: Int
        /// Connections more for pools whose clients wait for long.
        var reserve: Int
        /// Of all its pools; 0 is no limit.
        var mostConnections: Int
        var isPaused = false
    }

    /// A connection that it has with a server.
    struct Server: Sendable, Equatable {
        var database: String
        var user: String
        /// Of the server's process.
        var processID: Int
    }

    var pools: [Pool] = []
    var databases: [Database] = []
    var servers: [Server] = []
    /// Its settings, by name.
    var settings: [String: String] = [:]
    /// Clients that are connected.
    var clients = 0

    func setting(_ name: String) -> Int? { settings[name].flatMap { Int($0) } }
}

extension PgBouncerFacts {
    /// What leads to one server, and nothing else; nil where it cannot be told what does.
    ///
    /// By the server's address where it is written here as there; else by the name of its database, where only one
    /// address has a database of that name.
    func leading(toHosts hosts: [String], port: String, database: String) -> PgBouncerFacts? {
        let isLocal = hosts.contains { $0.hasPrefix("/") }
        var chosen = databases.filter { $0.port == port && (hosts.contains($0.host) || isLocal && $0.host.isEmpty) }
        if chosen.isEmpty {
            let homes = Set(databases.filter { $0.target == database }.map { Place($0) })
            guard homes.count == 1 else { return nil }
            chosen = databases.filter { homes.contains(Place($0)) }
        }
        let names = Set(chosen.map(\.name))
        var part = self
        part.databases = chosen
        part.pools = pools.filter { names.contains($0.database) }
        part.servers = servers.filter { names.contains($0.database) }
        return part
    }

    func database(of pool: Pool) -> Database? { databases.first { $0.name == pool.database } }

    private struct Place: Hashable {
        let host: String
        let port: String

        init(_ database: Database) {
            host = database.host
            port = database.port
        }
    }
}
