import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

/// What is made of the pools of a PgBouncer.
@Suite struct PoolJudgementTests {
    private func facts(
        waiting: Int = 0, seconds: Double = 0, servers: Int = 20, mode: String = "transaction",
        _ change: (inout PgBouncerFacts) -> Void = { _ in }
    ) -> PgBouncerFacts {
        var facts = PgBouncerFacts()
        facts.pools = [
            .init(
                database: "shop", user: "app", mode: mode, activeClients: 20, waitingClients: waiting,
                longestWaitSeconds: seconds, activeServers: servers)
        ]
        facts.databases = [
            .init(
                name: "shop", host: "10.0.0.5", port: "5432", target: "shop", poolSize: 20, reserve: 0,
                mostConnections: 0)
        ]
        change(&facts)
        return facts
    }

    private func waits(_ facts: PgBouncerFacts, used: Int = 30) -> Finding? {
        PoolWaits.finding(facts.pools[0], facts, ConnectionBudget(most: 97, used: used))
    }

    @Test func `clients that wait for a second or more are a finding`() {
        #expect(waits(facts()) == nil)
        #expect(waits(facts(waiting: 5, seconds: 0.9)) == nil)
        #expect(waits(facts(waiting: 0, seconds: 5)) == nil)
        #expect(waits(facts(waiting: 5, seconds: 1))?.severity == .warning)
        #expect(waits(facts(waiting: 5, seconds: 29.9))?.severity == .warning)
        #expect(waits(facts(waiting: 5, seconds: 30))?.severity == .critical)
    }

    @Test func `the advice hangs on what keeps the clients waiting`() {
        func advice(_ facts: PgBouncerFacts, used: Int = 30) -> String { waits(facts, used: used)?.remedy.advice ?? "" }
        #expect(advice(facts(waiting: 5, seconds: 2)).contains("pool_size = 25 for shop"))
        #expect(advice(facts(waiting: 5, seconds: 2), used: 94).contains("pool_size = 23 for shop"))
        #expect(advice(facts(waiting: 5, seconds: 2), used: 97).contains("no connection left"))
        #expect(advice(facts(waiting: 5, seconds: 2, servers: 3)).contains("PgBouncer's log"))
        #expect(!advice(facts(waiting: 5, seconds: 2)).contains("pool_mode"))
        #expect(advice(facts(waiting: 5, seconds: 2, mode: "session")).contains("pool_mode = session"))
        let paused = facts(waiting: 5, seconds: 2, servers: 0) { $0.databases[0].isPaused = true }
        #expect(waits(paused)?.remedy.statements == ["RESUME shop;"])
    }

    @Test func `what pools may open is held to every limit of theirs`() {
        var facts = facts { facts in
            facts.pools.append(.init(database: "shop", user: "jobs", mode: "transaction"))
            facts.pools.append(.init(database: "shop2", user: "app", mode: "transaction"))
            facts.databases.append(
                .init(
                    name: "shop2", host: "10.0.0.5", port: "5432", target: "shop", poolSize: 30, reserve: 5,
                    mostConnections: 0))
        }
        #expect(PoolBudget.most(facts) == 75)
        facts.databases[0].mostConnections = 25
        #expect(PoolBudget.most(facts) == 60)
        facts.settings["max_user_connections"] = "30"
        #expect(PoolBudget.most(facts) == 35)
        facts.databases[1].forcedUser = "other"
        #expect(PoolBudget.most(facts) == 55)
    }

    @Test func `pools that the server has no room for are a finding`() {
        func severity(_ most: Int, used: Int) -> AdviceSeverity? {
            PoolBudget.findings(facts(servers: 10), ConnectionBudget(most: most, used: used)).first?.severity
        }
        #expect(severity(97, used: 30) == nil)
        #expect(severity(40, used: 30) == nil)
        #expect(severity(39, used: 30) == .notice)
        #expect(severity(20, used: 10) == nil)
        #expect(severity(19, used: 10) == .warning)
        #expect(PoolBudget.findings(PgBouncerFacts(), ConnectionBudget(most: 5, used: 90)) == [])
    }

    @Test func `a pool larger than what its role or database may have is a finding`() {
        func objects(_ change: (inout ConnectionBudget) -> Void) -> [String] {
            var budget = ConnectionBudget(most: 97, used: 0)
            change(&budget)
            return PoolBudget.findings(facts(), budget).map(\.object)
        }
        #expect(objects { _ in } == [])
        #expect(objects { $0.roleLimits = ["app": 20, "jobs": 1] } == [])
        #expect(objects { $0.roleLimits = ["app": 19] } == ["pool shop.app"])
        #expect(objects { $0.databaseLimits = ["shop": 10] } == ["pool shop.app"])
    }

    @Test func `clients count against what PgBouncer takes`() {
        func severity(_ clients: Int, _ most: String?) -> AdviceSeverity? {
            PoolClients.finding(
                facts { facts in
                    facts.clients = clients
                    facts.settings["max_client_conn"] = most
                })?.severity
        }
        #expect(severity(79, "100") == nil)
        #expect(severity(80, "100") == .warning)
        #expect(severity(95, "100") == .critical)
        #expect(severity(95, nil) == nil)
    }

    @Test func `prepared statements are a matter of shared connections, and of versions that can keep them`() {
        func isFound(_ mode: String, _ value: String?) -> Bool {
            PoolHazard.prepared(facts(mode: mode) { $0.settings["max_prepared_statements"] = value }) != nil
        }
        #expect(isFound("transaction", "0"))
        #expect(!isFound("transaction", "200"))
        #expect(!isFound("transaction", nil))
        #expect(!isFound("session", "0"))
    }

    @Test func `which pools lead to a server follows from its address, else from its database alone`() {
        let all = facts { facts in
            facts.pools.append(.init(database: "far", user: "app", mode: "session"))
            facts.databases.append(
                .init(
                    name: "far", host: "10.0.0.9", port: "5432", target: "shop", poolSize: 1, reserve: 0,
                    mostConnections: 0))
        }
        func names(_ hosts: [String], _ port: String, _ database: String) -> [String]? {
            all.leading(toHosts: hosts, port: port, database: database)?.pools.map(\.database)
        }
        #expect(names(["db.internal", "10.0.0.5"], "5432", "x") == ["shop"])
        #expect(names(["10.0.0.9"], "5432", "shop") == ["far"])
        #expect(names(["10.0.0.5"], "5433", "x") == nil)
        #expect(names(["elsewhere"], "5432", "shop") == nil)
        let one = facts()
        #expect(one.leading(toHosts: ["elsewhere"], port: "5432", database: "shop")?.pools.count == 1)
        let local = facts { $0.databases[0].host = "" }
        #expect(local.leading(toHosts: ["/run/postgresql"], port: "5432", database: "x")?.pools.count == 1)
    }
}

extension ServerTests {
    /// A PgBouncer at work.
    @Suite(.enabled(if: PgBouncer.isInstalled, "PgBouncer is not installed"))
    struct PgBouncerTests {
        private func report(
            _ bench: Workbench, _ console: ConnectionInfo?, only: [AdviceID] = []
        ) async throws -> AdviseReport {
            var request = AdviseRequest(connection: bench.database, settings: AdviseJob(database: "shop"))
            request.checks = AdviceCheck.pooler
            request.settings.only = only
            request.pgbouncer = console
            return try await AdviseOperation(
                context: bench.context(), request: request, memory: NoJobMemory()
            ).execute()
        }

        @Test func `finds clients that wait, and what they leave on shared connections`() async throws {
            try await Workbench.with { bench in
                let more = "default_pool_size = 1\nmax_client_conn = 3"
                try await PgBouncer.with(bench.database, poolMode: "transaction", more: more, in: bench.folder) {
                    pooled in
                    let console = pooled.with(database: "pgbouncer")
                    let name = "pool \(bench.database.database ?? "").postgres"
                    #expect(try await report(bench, console).findings == [])
                    let first = try await Session.open(pooled, applicationName: "test")
                    try await first.execute("BEGIN")
                    // It waits for a connection as soon as it says its encoding.
                    let waiting = Task {
                        let second = try await Session.open(pooled, applicationName: "test")
                        await second.close()
                    }
                    var found: [Finding] = []
                    try await waitUntil("nobody waits") {
                        found = try await report(bench, console, only: [.poolWaits]).findings
                        return !found.isEmpty
                    }
                    #expect(found.map(\.object) == [name])
                    #expect(found.first?.evidence["waiting_clients"] == 1)
                    #expect(found.first?.remedy.advice?.contains("pool_size = 2 for") == true)
                    let clients = try await report(bench, console, only: [.poolClients]).findings
                    #expect(clients.map(\.severity) == [.critical])
                    try await first.execute("COMMIT")
                    try await waiting.value
                    #expect(try await report(bench, console, only: [.poolWaits, .poolHazard]).findings == [])
                    try await first.execute("SELECT pg_advisory_lock(7)")
                    try await first.execute("LISTEN changes")
                    let hazards = try await report(bench, console, only: [.poolHazard]).findings
                    #expect(hazards.map(\.object) == [name])
                    #expect(hazards.first?.evidence == ["advisory_locks": 1, "listeners": 1])
                    await first.close()
                }
            }
        }

        @Test func `finds pools that the server has no room for`() async throws {
            try await Workbench.with { bench in
                let more = "default_pool_size = 500\nreserve_pool_size = 7"
                try await PgBouncer.with(bench.database, poolMode: "session", more: more, in: bench.folder) { pooled in
                    let session = try await Session.open(pooled, applicationName: "test")
                    let found = try await report(bench, pooled.with(database: "pgbouncer")).findings
                    #expect(found.map(\.id) == [.poolBudget])
                    #expect(found.first?.evidence["most_connections_of_pools"] == 507)
                    #expect(found.first?.evidence["connections_of_pools"] == 1)
                    await session.close()
                }
            }
        }

        @Test func `a console that does not answer is a check that was not made, and none at all is no check`()
            async throws
        {
            try await Workbench.with { bench in
                let nobody = bench.database.with("host", bench.folder.path).with("connect_timeout", "2")
                let unseen = try await report(bench, nobody)
                #expect(unseen.notChecked.map(\.id) == AdviceCheck.pooler.map(\.id))
                #expect(unseen.notChecked.allSatisfy { $0.reason.hasPrefix("PgBouncer: ") })
                let server = try await report(bench, bench.database)
                #expect(server.notChecked.first?.reason.contains("unrecognized configuration parameter") == true)
                #expect(try await report(bench, nil).notChecked == [])
                let asked = try await report(bench, nil, only: [.poolWaits])
                #expect(asked.notChecked.first?.reason.hasPrefix("no PgBouncer is named") == true)
            }
        }
    }
}
