import JobModel
import Postgres

extension AdviceCheck {
    /// Row security that does not do what somebody seems to have meant.
    static let rowSecurityGap = AdviceCheck(.rowSecurityGap, "row security with a gap") { probe in
        try await probe.rows(RowSecurityGap.query).map(RowSecurityGap.finding)
            + probe.rows(RowSecurityGap.owners).map(RowSecurityGap.findingOfOwner)
    }
}

private enum RowSecurityGap {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        let policies = try row.int("policies")
        let isOpen = policies > 0
        return Finding(
            .rowSecurityGap, object: table, severity: isOpen ? .critical : .notice, confidence: .certain,
            summary: isOpen
                ? "has \(policies == 1 ? "a policy" : "\(policies) policies"), but row security is off: everybody with "
                    + "SELECT reads every row"
                : "has row security and no policy: all but its owner see no row",
            evidence: ["policies": .integer(policies), "row_security_is_on": .flag(!isOpen)],
            remedy: isOpen
                ? Remedy(
                    ["ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;"],
                    lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
                    risk: "From then on the policies hold: who relied on reading everything sees fewer rows.")
                : Remedy(
                    ["ALTER TABLE \(table) DISABLE ROW LEVEL SECURITY;"],
                    advice: "Make the policies that are missing; or, where none are meant, switch row security off.",
                    lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
                    risk: "Without row security everybody with SELECT reads every row."),
            caveat: isOpen
                ? "The policies may have been made ahead of the day on which they are to hold."
                : "Some keep everybody but the owner out in just this way, on purpose.")
    }

    static func findingOfOwner(_ row: ResultTable.Row) throws -> Finding {
        let (table, owner, sessions) = (try row.name("table"), try row.name("owner"), try row.int("sessions"))
        return Finding(
            .rowSecurityGap, object: table, severity: .notice, confidence: .certain,
            summary: "its policies do not hold for \(owner), who owns it and is connected",
            evidence: ["owner": .text(owner), "sessions_of_owner": .integer(sessions)],
            remedy: Remedy(
                ["ALTER TABLE \(table) FORCE ROW LEVEL SECURITY;"],
                advice: "Better let the program connect as a role that owns nothing.",
                lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
                risk: "From then on the owner, and its migrations and dumps, see only what the policies show."),
            caveat: "The owner may be a person, or a job that has to see every row.")
    }

    /// Superusers and roles that bypass row security do so everywhere.
    static let owners: ServerText = """
        SELECT t.oid::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(r.rolname) AS owner, s.sessions
        FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_catalog.pg_roles r ON r.oid = t.relowner
        CROSS JOIN LATERAL (
          SELECT pg_catalog.count(*) AS sessions FROM pg_catalog.pg_stat_activity a
          WHERE a.usesysid = r.oid AND a.datname = pg_catalog.current_database()
            AND a.pid <> pg_catalog.pg_backend_pid()) s
        WHERE t.relrowsecurity AND NOT t.relforcerowsecurity AND t.relkind IN ('r', 'p') AND NOT r.rolsuper
          AND NOT r.rolbypassrls AND s.sessions > 0 AND \(AdviceSQL.isUsersSchema)
          AND EXISTS (SELECT 1 FROM pg_catalog.pg_policy p WHERE p.polrelid = t.oid)
        """

    static let query: ServerText = """
        SELECT t.oid::pg_catalog.regclass::text AS table, pg_catalog.count(p.oid) AS policies
        FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_catalog.pg_policy p ON p.polrelid = t.oid
        WHERE t.relkind IN ('r', 'p') AND \(AdviceSQL.isUsersSchema) AND \(AdviceSQL.isOwn("t.oid"))
        GROUP BY t.oid, t.relrowsecurity
        HAVING t.relrowsecurity = (pg_catalog.count(p.oid) = 0)
          AND (t.relrowsecurity OR pg_catalog.count(p.oid) > 0)
        """
}
