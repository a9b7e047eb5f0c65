import JobModel

/// Whether all that pools may open fits into what the server has.
enum PoolBudget {
    static func findings(_ facts: PgBouncerFacts, _ budget: ConnectionBudget) -> [Finding] {
        (whole(facts, budget).map { [$0] } ?? []) + facts.pools.compactMap { single($0, facts, budget) }
    }

    /// What PgBouncer may open in all, as its limits say: of each pool, each database, each user.
    static func most(_ facts: PgBouncerFacts) -> Int {
        let perUser = facts.setting("max_user_connections") ?? 0
        var sum = 0
        var users: [String: Int] = [:]
        for database in facts.databases {
            let size = database.poolSize + database.reserve
            var left = database.mostConnections > 0 ? database.mostConnections : Int.max
            for pool in facts.pools where pool.database == database.name {
                let user = database.forcedUser ?? pool.user
                let room = perUser > 0 ? perUser - users[user, default: 0] : Int.max
                let share = max(0, min(size, left, room))
                left -= share
                users[user, default: 0] += share
                sum += share
            }
        }
        return sum
    }

    private static func whole(_ facts: PgBouncerFacts, _ budget: ConnectionBudget) -> Finding? {
        let most = most(facts)
        let own = facts.pools.reduce(0) { $0 + $1.servers }
        let others = max(0, budget.used - own)
        guard most + others > budget.most, !facts.pools.isEmpty else { return nil }
        let isTooMuch = most > budget.most
        let share = max(1, (budget.most - others) / facts.pools.count)
        return Finding(
            .poolBudget, object: "pgbouncer", severity: isTooMuch ? .warning : .notice, confidence: .certain,
            summary: "its pools may open \(most) connections, "
                + (isTooMuch ? "" : "others have \(others), ") + "and the server has \(budget.most)",
            evidence: [
                "most_connections_of_pools": .integer(most), "pools": .integer(facts.pools.count),
                "connections_of_pools": .integer(own), "connections_of_others": .integer(others),
                "connections_of_server": .integer(budget.most),
            ],
            remedy: Remedy(
                [],
                advice:
                    "Let the sizes add up to \(max(0, budget.most - others)) at most: for \(facts.pools.count) pools alike "
                    + "that is a pool_size of \(share), or max_db_connections for each database. A higher max_connections "
                    + "costs memory, and needs a restart.", lock: "None.",
                risk: "Clients wait for connections where a pool is smaller than what they do at once."),
            caveat:
                "Pools seldom fill all at once; and each further user makes another pool, so that it may become more.",
            measure: Double(most - budget.most))
    }

    /// A pool that the role's or the database's own limit keeps from filling.
    private static func single(
        _ pool: PgBouncerFacts.Pool, _ facts: PgBouncerFacts, _ budget: ConnectionBudget
    ) -> Finding? {
        guard let database = facts.database(of: pool) else { return nil }
        let user = database.forcedUser ?? pool.user
        let limits = [("role \(user)", budget.roleLimits[user]), ("database", budget.databaseLimits[database.target])]
        let known = limits.compactMap { name, limit in limit.map { (name, $0) } }
        guard let (name, limit) = known.min(by: { $0.1 < $1.1 }), database.poolSize > limit else { return nil }
        return Finding(
            .poolBudget, object: pool.name, severity: .warning, confidence: .certain,
            summary: "it may have \(database.poolSize) connections, and the \(name) is allowed \(limit)",
            evidence: ["pool_size": .integer(database.poolSize), "connection_limit": .integer(limit)],
            remedy: Remedy(
                [], advice: "Set pool_size = \(limit) for \(database.name) in pgbouncer.ini, or lift the limit.",
                lock: "None.", risk: "None."),
            caveat: "PgBouncer tries again and again, and its clients wait meanwhile, or get the server's error.",
            measure: Double(database.poolSize - limit))
    }
}

/// How many clients there may be.
enum PoolClients {
    static func finding(_ facts: PgBouncerFacts, leastFraction: Double = 0.8) -> Finding? {
        guard let most = facts.setting("max_client_conn"), most > 0 else { return nil }
        let fraction = Double(facts.clients) / Double(most)
        guard fraction >= leastFraction else { return nil }
        return Finding(
            .poolClients, object: "pgbouncer", severity: fraction >= 0.95 ? .critical : .warning,
            confidence: .measured, summary: "\(facts.clients) of \(most) clients are connected",
            evidence: ["clients": .integer(facts.clients), "max_client_conn": .integer(most)],
            remedy: Remedy(
                [],
                advice:
                    "Set a higher max_client_conn in pgbouncer.ini, and RELOAD; a client costs it some kilobytes and a file "
                    + "descriptor (ulimit -n).", lock: "None.",
                risk: "None for the server: pools stay as large as they are."),
            caveat:
                "Clients that are idle are there to be used; a program that opens ever more of them is another thing.",
            measure: fraction)
    }
}
