import JobModel
import Postgres

extension AdviceCheck {
    /// The checks of a PgBouncer before the server. They are made where one is named.
    static let pooler: [AdviceCheck] = [.poolWaits, .poolBudget, .poolClients, .poolHazard]

    /// Clients that PgBouncer has no connection for.
    static let poolWaits = AdviceCheck(.poolWaits, "clients that wait for a connection of PgBouncer") { probe in
        let facts = try probe.poolsOfServer()
        let budget = try await ConnectionBudget.gather(probe)
        return facts.pools.compactMap { PoolWaits.finding($0, facts, budget) }
    }

    /// Pools that may open more connections than the server has.
    static let poolBudget = AdviceCheck(.poolBudget, "pools larger than what the server has for them") { probe in
        let facts = try probe.poolsOfServer()
        return PoolBudget.findings(facts, try await ConnectionBudget.gather(probe))
    }

    /// That PgBouncer has hardly room for another client.
    static let poolClients = AdviceCheck(.poolClients, "clients of PgBouncer near its limit") { probe in
        PoolClients.finding(try probe.pgbouncer.facts()).map { [$0] } ?? []
    }

    /// What clients do that share connections by transaction, and must not.
    static let poolHazard = AdviceCheck(.poolHazard, "sessions that pools by transaction break") { probe in
        try await PoolHazard(facts: try probe.poolsOfServer(), probe: probe).findings()
    }
}

extension AdviceProbe {
    /// Of PgBouncer's pools those that lead to this server. Throws ``AdviceGap`` where that is not known.
    fileprivate func poolsOfServer() throws -> PgBouncerFacts {
        let (all, server) = (try pgbouncer.facts(), session.server)
        let hosts = [server.host] + (server.hostAddress.map { [$0] } ?? [])
        if let part = all.leading(toHosts: hosts, port: server.port, database: server.database) { return part }
        throw AdviceGap(
            "which databases of PgBouncer are on \(server.host):\(server.port) cannot be told: none has that address, and "
                + "none or several have a database \"\(server.database)\"")
    }
}
