import JobModel
import Postgres

extension AdviceCheck {
    /// That there is hardly room for another connection: of the server, of a role, of a database.
    static func connectionSaturation(leastFraction: Double = 0.8) -> AdviceCheck {
        AdviceCheck(
            .connectionSaturation, "connections that run out", sql: { _ in ConnectionUse.query },
            finding: { row, _ in try ConnectionUse.finding(row, leastFraction: leastFraction) })
    }

    /// Sessions that come and go: each costs the server a process.
    static func connectionChurn(leastPerSecond: Double = 5, leastSessions: Int = 1_000) -> AdviceCheck {
        AdviceCheck(
            .connectionChurn, "sessions that come and go", sql: { _ in ConnectionUse.churn },
            finding: {
                try ConnectionUse.churnFinding($0, $1, leastPerSecond: leastPerSecond, leastSessions: leastSessions)
            })
    }
}

enum ConnectionUse {
    static func finding(_ row: ResultTable.Row, leastFraction: Double) throws -> Finding? {
        let (object, used, limit) = (try row.name("object"), try row.int("used"), try row.int("most"))
        let fraction = limit > 0 ? Double(used) / Double(limit) : 1
        guard fraction >= leastFraction, used > 0 else { return nil }
        let idle = try row.int("idle")
        return Finding(
            .connectionSaturation, object: object, severity: fraction >= 0.95 ? .critical : .warning,
            confidence: .measured,
            summary: "\(used) of \(limit) connections are in use, \(idle) of them idle",
            evidence: [
                "used": .integer(used), "limit": .integer(limit), "idle": .integer(idle),
                "active": .integer(try row.int("active")),
            ],
            remedy: remedy(object),
            caveat:
                "It is one look: a moment later it may be another number. Idle connections of a pool are there to be "
                + "used.", measure: fraction)
    }

    private static func remedy(_ object: String) -> Remedy {
        let advice =
            "Put a pooler before the server, or make the programs' pools smaller; together they should ask for less than "
            + "the limit."
        guard object != "server" else {
            return Remedy(
                [], advice: advice + " A higher max_connections costs memory, and needs a restart.", lock: "None.",
                risk: "More sessions than processors make each other slow.")
        }
        return Remedy(
            ["ALTER \(object) CONNECTION LIMIT -1;"], advice: advice + " Or lift the limit:", lock: "None.",
            risk: "It may take the connections of others.")
    }

    /// What is reserved for superusers cannot be used by programs; superusers do not count against limits of roles.
    static let query: ServerText = """
        WITH s AS MATERIALIZED (
          SELECT usesysid, datid, state FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend')
        SELECT 'server' AS object, count(*) AS used, count(*) FILTER (WHERE state = 'idle') AS idle,
          count(*) FILTER (WHERE state = 'active') AS active,
          \(ConnectionBudget.forPrograms) AS most
        FROM s
        UNION ALL
        SELECT 'ROLE ' || pg_catalog.quote_ident(r.rolname), count(*), count(*) FILTER (WHERE s.state = 'idle'),
          count(*) FILTER (WHERE s.state = 'active'), r.rolconnlimit
        FROM s JOIN pg_catalog.pg_roles r ON r.oid = s.usesysid
        WHERE r.rolconnlimit >= 0 AND NOT r.rolsuper GROUP BY r.rolname, r.rolconnlimit
        UNION ALL
        SELECT 'DATABASE ' || pg_catalog.quote_ident(d.datname), count(*), count(*) FILTER (WHERE s.state = 'idle'),
          count(*) FILTER (WHERE s.state = 'active'), d.datconnlimit
        FROM s JOIN pg_catalog.pg_database d ON d.oid = s.datid
        WHERE d.datconnlimit >= 0 GROUP BY d.datname, d.datconnlimit
        """

    static func churnFinding(
        _ row: ResultTable.Row, _ server: AdviceServer, leastPerSecond: Double, leastSessions: Int = 1_000
    ) throws -> Finding? {
        let (sessions, lost) = (try row.int("sessions"), try row.int("lost"))
        // Fewer tell nothing of a habit.
        guard sessions >= leastSessions, server.observedForSeconds > 0 else { return nil }
        let pace = Double(sessions) / server.observedForSeconds
        guard pace >= leastPerSecond || lost * 5 >= sessions else { return nil }
        return Finding(
            .connectionChurn, object: "database", severity: .notice, confidence: .measured,
            summary: lost * 5 >= sessions
                ? "\(lost * 100 / sessions) % of its sessions were lost, killed or ended by an error"
                : "\(Int(pace.rounded())) sessions begin each second",
            evidence: [
                "sessions": .integer(sessions), "sessions_per_second": .number(pace), "sessions_lost": .integer(lost),
                "observed_seconds": .integer(Int(server.observedForSeconds)),
            ],
            remedy: Remedy(
                [],
                advice:
                    "Let the programs keep their connections, by a pool of their own or a pooler before the server.",
                lock: "None.", risk: "Poolers that share connections by transaction do not keep what a session sets."),
            caveat: "It is the average since the statistics began: a deployment of one day may be all of it.",
            measure: pace)
    }

    static let churn: ServerText = """
        SELECT sessions, sessions_abandoned + sessions_fatal + sessions_killed AS lost FROM pg_catalog.pg_stat_database
        WHERE datname = pg_catalog.current_database()
        """
}
