import JobModel

/// Clients that wait: what keeps them, and which size of the pool would not.
enum PoolWaits {
    /// A shorter wait is that of a busy moment.
    static let leastSeconds = 1.0
    static let criticalSeconds = 30.0

    static func finding(_ pool: PgBouncerFacts.Pool, _ facts: PgBouncerFacts, _ budget: ConnectionBudget) -> Finding? {
        guard let database = facts.database(of: pool), pool.waitingClients > 0,
            pool.longestWaitSeconds >= leastSeconds
        else { return nil }
        let waiting = pool.waitingClients == 1 ? "1 client waits" : "\(pool.waitingClients) clients wait"
        return Finding(
            .poolWaits, object: pool.name,
            severity: pool.longestWaitSeconds >= criticalSeconds ? .critical : .warning, confidence: .measured,
            summary: "\(waiting) for a connection, \(pool.waitingClients == 1 ? "" : "the first ")for "
                + "\(Quantities.seconds(pool.longestWaitSeconds)); \(cause(pool, database))",
            evidence: [
                "waiting_clients": .integer(pool.waitingClients), "active_clients": .integer(pool.activeClients),
                "longest_wait_seconds": .number(pool.longestWaitSeconds),
                "server_connections": .integer(pool.servers),
                "active_server_connections": .integer(pool.activeServers), "pool_size": .integer(database.poolSize),
                "pool_mode": .text(pool.mode), "free_connections_of_server": .integer(budget.free),
            ],
            remedy: remedy(pool, database, budget),
            caveat:
                "It is one look: after a deployment, or a statement that held everybody up, it is over in a moment.",
            measure: pool.longestWaitSeconds)
    }

    private static func cause(_ pool: PgBouncerFacts.Pool, _ database: PgBouncerFacts.Database) -> String {
        if database.isPaused { return "the database is paused" }
        guard pool.servers >= database.poolSize else {
            return "the pool has \(pool.servers) of \(database.poolSize) connections, and gets no more"
        }
        return "all \(pool.activeServers) connections of the pool are in use"
    }

    private static func remedy(
        _ pool: PgBouncerFacts.Pool, _ database: PgBouncerFacts.Database, _ budget: ConnectionBudget
    ) -> Remedy {
        if database.isPaused {
            return Remedy(
                ["RESUME \(database.name);"], advice: "On the admin console of PgBouncer.", lock: "None.",
                risk: "Somebody may have paused it for a reason, such as a restart of the server.")
        }
        guard pool.servers >= database.poolSize else {
            return Remedy(
                [],
                advice:
                    "See PgBouncer's log: the server refuses the connections, or a limit of the database or the user "
                    + "(max_db_connections, max_user_connections) does.", lock: "None.", risk: "None.")
        }
        let session =
            pool.mode == "session"
            ? " In pool_mode = session an idle client keeps its connection: by transaction they would share them." : ""
        guard budget.free > 0 else {
            return Remedy(
                [],
                advice:
                    "The server has no connection left for a larger pool: make what its sessions do shorter (see "
                    + "slow-statement and idle-in-transaction)." + session, lock: "None.",
                risk: "More connections than processors make each other slow.")
        }
        let size = database.poolSize + min(pool.waitingClients, budget.free)
        return Remedy(
            [],
            advice:
                "Set pool_size = \(size) for \(database.name) in pgbouncer.ini, and RELOAD: the server has "
                + "\(budget.free) connections free." + session, lock: "None.",
            risk: "More connections than processors make each other slow: first make what they do shorter.")
    }
}
