import JobModel
import Postgres

extension AdviceCheck {
    /// Roles that log in as superusers, beside the one that the cluster was made with.
    static let superuserLogin = AdviceCheck(
        .superuserLogin, "superusers who log in", sql: { _ in SuperuserLogin.query },
        finding: { row, _ in try SuperuserLogin.finding(row) })
}

enum SuperuserLogin {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let (role, sessions) = (try row.name("role"), try row.int("sessions"))
        return Finding(
            .superuserLogin, object: "ROLE \(role)", severity: .notice, confidence: .certain,
            summary: "logs in as a superuser"
                + (sessions > 0 ? ", and has \(sessions) session\(sessions == 1 ? "" : "s") now" : ""),
            evidence: ["sessions": .integer(sessions)],
            remedy: Remedy(
                ["ALTER ROLE \(role) NOSUPERUSER;"],
                advice:
                    "Give it what it needs: pg_monitor, pg_read_all_data, pg_maintain, the ownership of its tables.",
                lock: "None.", risk: "What it does as a superuser fails from then on."),
            caveat: "It may be a person who administers the server.")
    }

    /// 10 is the role of initdb.
    static let query: ServerText = """
        SELECT pg_catalog.quote_ident(r.rolname) AS role,
          (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid) AS sessions
        FROM pg_catalog.pg_roles r WHERE r.rolsuper AND r.rolcanlogin AND r.oid <> 10 ORDER BY r.rolname
        """
}
