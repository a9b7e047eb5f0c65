import JobModel
import Postgres

/// What a session leaves behind on a connection that the next transaction, of whomever, finds: seen on the server, by the
/// processes that PgBouncer names.
struct PoolHazard {
    let facts: PgBouncerFacts
    let probe: AdviceProbe

    func findings() async throws -> [Finding] {
        var findings = Self.prepared(facts).map { [$0] } ?? []
        let names = Set(Self.shared(facts).map(\.name))
        let servers = facts.servers.filter { names.contains("pool \($0.database).\($0.user)") }
        guard !servers.isEmpty else { return findings }
        try probe.server.requireSightOfSessions()
        var traces: [String: Traces] = [:]
        let pools = Dictionary(servers.map { ($0.processID, "pool \($0.database).\($0.user)") }) { $1 }
        for row in try await probe.rows(Self.query(servers.map(\.processID))) {
            guard let pool = pools[try row.int("pid")] else { continue }
            traces[pool, default: Traces()].add(locks: try row.int("locks"), listens: try row.bool("listens"))
        }
        findings += traces.sorted { $0.key < $1.key }.compactMap { Self.finding($0.key, $0.value) }
        return findings
    }

    /// Pools whose connections go from client to client within a session.
    private static func shared(_ facts: PgBouncerFacts) -> [PgBouncerFacts.Pool] {
        facts.pools.filter { $0.mode != "session" }
    }

    /// On connections that serve nobody.
    struct Traces: Equatable {
        var locks = 0
        var listeners = 0

        mutating func add(locks: Int, listens: Bool) {
            self.locks += locks
            listeners += listens ? 1 : 0
        }
    }

    static func finding(_ pool: String, _ traces: Traces) -> Finding? {
        guard traces.locks > 0 || traces.listeners > 0 else { return nil }
        let what = [
            traces.locks > 0 ? "\(traces.locks) advisory lock\(traces.locks == 1 ? "" : "s")" : nil,
            traces.listeners > 0 ? "\(traces.listeners) LISTEN" : nil,
        ].compactMap { $0 }.joined(separator: " and ")
        return Finding(
            .poolHazard, object: pool, severity: .warning, confidence: .certain,
            summary: "it shares its connections by transaction, and \(what) of a session stayed behind on idle ones",
            evidence: ["advisory_locks": .integer(traces.locks), "listeners": .integer(traces.listeners)],
            remedy: Remedy(
                [],
                advice:
                    "Let the program take pg_advisory_xact_lock(), which ends with the transaction, and LISTEN over a "
                    + "connection past PgBouncer; or give it a pool with pool_mode = session.", lock: "None.",
                risk: "None."),
            caveat: "The client that took the lock may still believe in it; it is another one's by now.",
            measure: Double(traces.locks + traces.listeners))
    }

    /// Versions before 1.21 do not have the setting, and nothing to switch on.
    static func prepared(_ facts: PgBouncerFacts) -> Finding? {
        let shared = shared(facts)
        guard !shared.isEmpty, facts.setting("max_prepared_statements") == 0 else { return nil }
        return Finding(
            .poolHazard, object: "pgbouncer", severity: .notice, confidence: .certain,
            summary:
                "it shares connections by transaction and keeps no prepared statements: programs that prepare them fail",
            evidence: ["max_prepared_statements": 0, "pools": .integer(shared.count)],
            remedy: Remedy(
                [], advice: "Set max_prepared_statements = 200 in pgbouncer.ini, and RELOAD.", lock: "None.",
                risk:
                    "Some memory for each connection. PREPARE as a statement, rather than of the protocol, fails still."
            ),
            caveat: "Programs that prepare nothing do not need it.")
    }

    /// What a transaction took is gone when it ends: what an idle session has is the session's.
    static func query(_ processes: [Int]) -> ServerText {
        """
        SELECT a.pid, a.query ~* '^\\s*listen\\M' AS listens,
          (SELECT count(*) FROM pg_catalog.pg_locks l
           WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted) AS locks
        FROM pg_catalog.pg_stat_activity a
        WHERE a.state = 'idle' AND a.pid = ANY ('{\(ServerText(processes.map(String.init).joined(separator: ",")))}')
        """
    }
}
